package io.millrace.tools.connect;

import io.millrace.client.BrokerAddress;
import io.millrace.tools.terminal.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Calls an address to see whether somebody answers, and tells why not.
 *
 * @param resolved the IP address that the name stands for; empty if nobody knows
 * @param trouble why there is no connection; empty if there is one
 * @param tookMs how long it took
 */
public record Dial(BrokerAddress address, Optional<String> resolved, Optional<String> trouble, long tookMs) {

    /** Calls one address, and hangs up. */
    public static Dial to(BrokerAddress address, Duration timeout) {
        long start = System.nanoTime();
        Optional<String> resolved = Optional.empty();
        Optional<String> trouble = Optional.empty();
        try (Socket socket = new Socket()) {
            InetAddress ip = InetAddress.getByName(address.host());
            resolved = Optional.of(ip.getHostAddress());
            socket.connect(new InetSocketAddress(ip, address.port()), (int) Math.max(1, timeout.toMillis()));
        } catch (UnknownHostException e) {
            trouble = Optional.of("unknown host");
        } catch (SocketTimeoutException e) {
            trouble = Optional.of("no answer in " + timeout.toMillis() + " ms");
        } catch (IOException e) {
            trouble = Optional.of(
                    Optional.ofNullable(e.getMessage()).orElse("cannot connect").toLowerCase(Locale.ROOT));
        }
        return new Dial(address, resolved, trouble, (System.nanoTime() - start) / 1_000_000);
    }

    public boolean isAnswered() {
        return trouble.isEmpty();
    }

    /** Returns as soon as one answers. */
    static void any(List<BrokerAddress> addresses, Duration timeout, Optional<String> profile) {
        StringBuilder told = new StringBuilder();
        for (BrokerAddress address : addresses) {
            Dial dial = to(address, timeout);
            if (dial.isAnswered()) {
                return;
            }
            told.append(told.isEmpty() ? "" : ", ")
                    .append(address)
                    .append(" (")
                    .append(dial.trouble().orElseThrow())
                    .append(')');
        }
        throw Failure.of("Cannot reach " + told + "; is a broker running there? "
                + profile.map(name -> "The address is from profile '" + name + "'")
                        .orElse("Choose another address with -b HOST:PORT, or a cluster with --cluster NAME"));
    }
}
