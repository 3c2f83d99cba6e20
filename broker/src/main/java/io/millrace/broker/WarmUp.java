package io.millrace.broker;

import io.millrace.broker.config.Settings;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.RequestHeader;
import io.millrace.protocol.wire.BufferWriter;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * Goes once through a broker's start, a first request and its end, so that the classes which a start needs are known and
 * can be kept in an archive of class data. The launcher runs it after a build.
 */
final class WarmUp {
    private static final int BUFFER_BYTES = 1024;

    private WarmUp() {}

    /** @param args an empty directory */
    public static void main(String[] args) throws StartupException, IOException {
        Main.commandLine().parseArgs("start", "--data", args[0], "--set", "listeners=PLAINTEXT://127.0.0.1:0");
        Settings settings = new Settings(Map.of("log.dirs", args[0], "listeners", "PLAINTEXT://127.0.0.1:0"));
        try (Broker broker = Broker.start(BrokerConfig.from(settings))) {
            int port = Integer.parseInt(broker.addresses().get(0).split(":")[1]);
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                ask(
                        socket,
                        ApiKey.API_VERSIONS,
                        ApiVersionsRequest.builder()
                                .clientSoftwareName("millrace")
                                .clientSoftwareVersion("1")
                                .build());
                ask(
                        socket,
                        ApiKey.METADATA,
                        MetadataRequest.builder()
                                .topics(List.of(MetadataRequest.Topic.builder()
                                        .name("warm-up")
                                        .build()))
                                .build());
            }
        }
    }

    private static void ask(Socket socket, ApiKey key, ApiMessage request) throws IOException {
        short version = key.highestVersion();
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER_BYTES);
        BufferWriter out = new BufferWriter(bytes);
        out.i32(0);
        new RequestHeader(key.id(), version, 1, "warm-up").write(out, key.requestHeaderVersion(version));
        request.write(out, version);
        bytes.putInt(0, bytes.position() - Integer.BYTES);
        socket.getOutputStream().write(bytes.array(), 0, bytes.position());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readFully(new byte[in.readInt()]);
    }
}
