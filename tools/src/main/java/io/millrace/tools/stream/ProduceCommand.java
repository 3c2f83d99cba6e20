package io.millrace.tools.stream;

import io.millrace.client.MillraceException;
import io.millrace.client.producer.Acks;
import io.millrace.client.producer.Producer;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.protocol.compress.Compression;
import io.millrace.protocol.record.RecordHeader;
import io.millrace.tools.connect.Clients;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Interruption;
import io.millrace.tools.terminal.Progress;
import io.millrace.tools.terminal.Terminal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace produce}: sends what it reads to a topic. */
@Command(
        name = "produce",
        sortOptions = false,
        description = "Sends what it reads, a record per line, to a topic.",
        footer = {
            "",
            "Examples:",
            "  millrace produce access access.log -z lz4                a file, a record per line",
            "  echo hello | millrace produce access                     one record",
            "  printf 'k1:v1\\nk2:v2\\n' | millrace produce access -K :   with keys",
            "  echo hello | millrace produce access -k me -H from=shell -H n=1    a key and headers for all",
            "  echo '{\"key\":\"k\",\"value\":\"v\",\"headers\":{\"a\":\"b\"}}' | millrace produce access --json",
            "  millrace produce access photo.jpg --raw                  the whole file as one record",
            "  printf 'a\\0b\\0' | millrace produce access -D '\\0'        another delimiter than the end of a line",
            "",
            "Ctrl-C stops reading; what was read is sent, and it says what was acknowledged."
        })
public final class ProduceCommand implements Callable<Integer> {
    private static final Duration TO_FLUSH = Duration.ofMinutes(3);
    private static final int BATCH = 256 << 10;
    private static final int LARGEST_RECORD = 1 << 20;

    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "TOPIC", description = "where to send records")
    private String topic = "";

    @Parameters(index = "1..*", paramLabel = "FILE", description = "what to read; default standard input")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-k", "--key"},
            paramLabel = "KEY",
            description = "the key of all records that have none of their own")
    private List<String> key = new ArrayList<>();

    @Option(
            names = {"-K", "--key-delimiter"},
            paramLabel = "TEXT",
            description = "what stands in front of it in each record is the key")
    private String keyDelimiter = "";

    @Option(
            names = {"-D", "--delimiter"},
            paramLabel = "TEXT",
            description = "between records; default \\n")
    private String delimiter = "\\n";

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "a header of all records; may be given again")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-Z", "--empty-is-null"},
            description = "an empty value is none, which deletes its key from a compacted topic")
    private boolean emptyIsNull;

    @Option(
            names = {"-J", "--json"},
            description = "lines of JSON, as consume --json writes them; only key, value, headers, timestamp count")
    private boolean json;

    @Option(names = "--frames", description = "what consume --frames writes")
    private boolean frames;

    @Option(names = "--raw", description = "all of a file is one record")
    private boolean raw;

    @Option(
            names = "--create",
            paramLabel = "PARTITIONS",
            description = "creates the topic with so many partitions if it is not there")
    private int create;

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "sends all to this partition; default by key, or evenly")
    private int partition = -1;

    @Option(
            names = "--keep-partitions",
            description = "sends each record to the partition that --json or --frames says")
    private boolean keepPartitions;

    @Option(
            names = {"-z", "--compression"},
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd; default none")
    private String compression = "none";

    @Option(
            names = {"-a", "--acks"},
            paramLabel = "0|1|all",
            description = "who must have a record before it counts; default all")
    private String acks = "all";

    @Option(
            names = {"-n", "--count"},
            paramLabel = "N",
            description = "ends after so many records")
    private long count = Long.MAX_VALUE;

    @Option(
            names = {"-q", "--quiet"},
            description = "says nothing if all is well")
    private boolean quiet;

    @Mixin
    private ClusterOptions clusters;

    ProduceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Sending.Common common = common();
        ProducerConfig config = Clients.producer(clusters, this::wishes);
        checkInput(config);
        try (Cluster cluster = clusters.open(config.client())) {
            if (create != 0) {
                cluster.create(topic, create);
            }
            cluster.describe(List.of(topic));
        }
        try (Producer producer = Producer.open(config)) {
            return new Run(producer, config, common).run();
        }
    }

    private ProducerConfig.Builder wishes(ProducerConfig.Builder builder) {
        Compression codec = Compression.named(compression.toLowerCase(Locale.ROOT))
                .orElseThrow(() ->
                        Failure.usage("'" + compression + "' is no codec; there are none, gzip, snappy, lz4 and zstd"));
        Acks wanted =
                switch (acks.toLowerCase(Locale.ROOT)) {
                    case "0", "none" -> Acks.NONE;
                    case "1", "leader" -> Acks.LEADER;
                    case "all", "-1" -> Acks.ALL;
                    default -> throw Failure.usage("'" + acks + "' are no acks; they are 0, 1 or all");
                };
        return builder.batchSize(BATCH)
                .maxRequestSize(LARGEST_RECORD)
                .compression(codec)
                .acks(wanted);
    }

    private Sending.Common common() {
        List<RecordHeader> all = new ArrayList<>();
        for (String header : headers) {
            int equals = header.indexOf('=');
            if (equals < 1) {
                throw Failure.usage("'" + header + "' is no header; write name=value");
            }
            all.add(RecordHeader.of(
                    header.substring(0, equals), header.substring(equals + 1).getBytes(StandardCharsets.UTF_8)));
        }
        byte[] fixed = key.isEmpty() ? new byte[0] : key.get(0).getBytes(StandardCharsets.UTF_8);
        return new Sending.Common(fixed, !key.isEmpty(), all, partition, keepPartitions);
    }

    /** What is wrong with options shows before anything is sent. */
    private void checkInput(ProducerConfig config) {
        if ((json ? 1 : 0) + (frames ? 1 : 0) + (raw ? 1 : 0) > 1) {
            throw Failure.usage("--json, --frames and --raw exclude each other");
        }
        if ((json || frames || raw) && !keyDelimiter.isEmpty()) {
            throw Failure.usage("--key-delimiter is for lines; leave out --json, --frames and --raw");
        }
        input(Stdio.in(terminal), config);
    }

    private RecordInput input(ReadableByteChannel in, ProducerConfig config) {
        ByteSource source = new ByteSource(in, config.maxRequestSize());
        if (json) {
            return new JsonInput(source);
        }
        if (frames) {
            return new FrameInput(source, config.maxRequestSize());
        }
        if (raw) {
            return new WholeInput(source);
        }
        try {
            return new LineInput(source, Escapes.bytes(delimiter), Escapes.bytes(keyDelimiter), emptyIsNull);
        } catch (IllegalArgumentException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /** One command under way. */
    private final class Run {
        private final ProducerConfig config;
        private final Acknowledged acknowledged = new Acknowledged();
        private final Sending sending;
        private final long startNs = System.nanoTime();
        private volatile ReadableByteChannel open;

        Run(Producer producer, ProducerConfig config, Sending.Common common) {
            this.config = config;
            this.sending = new Sending(topic, producer, acknowledged, common);
        }

        int run() throws IOException {
            try (Interruption interruption = Interruption.watch(this::stopReading, TO_FLUSH)) {
                String wrong = read(interruption);
                sending.flush(TO_FLUSH);
                SendReport report = new SendReport(
                        topic, acknowledged, sending.sent(), sending.bytes(), System.nanoTime() - startNs);
                if (!quiet || interruption.isRequested() || report.failed()) {
                    terminal.err().println(report.line(interruption.isRequested()));
                }
                if (!wrong.isEmpty()) {
                    throw Failure.of(wrong);
                }
                acknowledged.firstFailure().ifPresent(why -> {
                    throw Cluster.explained(why);
                });
                return 0;
            }
        }

        /** Reads and sends until something ends it; says what was wrong, if anything. */
        private String read(Interruption interruption) throws IOException {
            try (Progress progress = Progress.ofBytes(terminal, "Sent", size())) {
                if (files.isEmpty()) {
                    read(Stdio.in(terminal), interruption, progress);
                }
                for (String file : files) {
                    try (FileChannel in = FileChannel.open(Path.of(file))) {
                        read(in, interruption, progress);
                    }
                }
                return "";
            } catch (BadInputException e) {
                return "The input is wrong: " + e.getMessage();
            } catch (NoSuchFileException e) {
                return "There is no file " + e.getMessage();
            } catch (ClosedChannelException e) {
                return ""; // interrupted
            } catch (MillraceException e) {
                return Cluster.explanation(e);
            } catch (IOException e) {
                return "The input cannot be read: " + e.getMessage();
            }
        }

        private void read(ReadableByteChannel in, Interruption interruption, Progress progress) throws IOException {
            open = in;
            boolean shows = !terminal.ends().in() || !files.isEmpty();
            sending.run(input(in, config), count, interruption::isRequested, shows ? progress::to : bytes -> {});
        }

        /** By another thread: the reader may be waiting for a byte. */
        private void stopReading() {
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                terminal.err().println("millrace: " + e.getMessage());
            }
        }

        private long size() throws IOException {
            long size = 0;
            for (String file : files) {
                size += Files.exists(Path.of(file)) ? Files.size(Path.of(file)) : 0;
            }
            return size;
        }
    }
}
