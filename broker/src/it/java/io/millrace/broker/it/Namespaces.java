package io.millrace.broker.it;

import io.millrace.broker.it.BrokerProcess.Home;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;

/**
 * A network of this test's own, in which every process has a host (a Linux network namespace) and any two hosts can be
 * cut off from each other, packets being dropped without a word. The test itself reaches all of them. Where namespaces
 * are not allowed a test is skipped, and says why.
 *
 * <p>Threading: one thread uses it.
 */
final class Namespaces implements ClusterProcesses.Network, AutoCloseable {
    private static final int PORT = 9092;
    private static final String NOBODY = "02:00:00:00:00:ff";

    private final String id = "mr" + ProcessHandle.current().pid() % 100_000;
    private final String subnet = "10.213." + ProcessHandle.current().pid() % 250;
    private final Map<String, Home> homes = new LinkedHashMap<>();
    private final Set<List<String>> dropped = new LinkedHashSet<>();

    /** Makes the network's switch; hosts are added as they are asked for. */
    Namespaces() {
        try {
            run("ip", "link", "add", id, "type", "bridge");
            run("ip", "addr", "add", subnet + ".1/24", "dev", id);
            run("ip", "link", "set", id, "up");
            run("ip", "netns", "add", id + "-probe");
            run("ip", "netns", "del", id + "-probe");
            attempt(passage("-I")); // Docker has bridges obey the firewall, and drops what is forwarded
        } catch (IOException e) {
            String reason = "no network namespaces here: " + e.getMessage();
            System.out.println("SKIPPED: " + reason);
            close();
            Assumptions.abort(reason);
        }
    }

    /** Lets this network's own packets through the firewall, or takes that back. */
    private String[] passage(String change) {
        return new String[] {"iptables", "-w", change, "FORWARD", "-i", id, "-o", id, "-j", "ACCEPT"};
    }

    @Override
    public Home home(String name) {
        return homes.computeIfAbsent(name, this::make);
    }

    private Home make(String name) {
        String space = space(name);
        String inner = id + name;
        String outer = inner + "o"; // at most 15 characters
        String address = subnet + "." + (10 + homes.size());
        always("ip", "netns", "add", space);
        always("ip", "link", "add", outer, "type", "veth", "peer", "name", inner);
        always("ip", "link", "set", outer, "master", id, "up");
        always("ip", "link", "set", inner, "netns", space);
        inside(name, "ip", "addr", "add", address + "/24", "dev", inner);
        inside(name, "ip", "link", "set", inner, "up");
        inside(name, "ip", "link", "set", "lo", "up");
        return new Home(address, PORT, List.of("ip", "netns", "exec", space));
    }

    /** Drops what either of two hosts sends to the other. */
    void cut(String one, String other) {
        drop(one, other);
        drop(other, one);
    }

    /**
     * Drops what a host sends to another; the other way stays open. Its packets go to an Ethernet address that nobody
     * has, which needs no firewall.
     */
    void drop(String from, String to) {
        String device = id + from;
        inside(from, "ip", "neigh", "replace", home(to).host(), "lladdr", NOBODY, "nud", "permanent", "dev", device);
        dropped.add(List.of(from, to));
    }

    /** Ends all cuts. */
    void heal() {
        for (List<String> pair : dropped) {
            String from = pair.get(0);
            inside(from, "ip", "neigh", "del", home(pair.get(1)).host(), "dev", id + from);
        }
        dropped.clear();
    }

    private String space(String name) {
        return id + "-" + name;
    }

    private void inside(String name, String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", space(name)));
        command.addAll(List.of(words));
        always(command.toArray(String[]::new));
    }

    private static void always(String... words) {
        try {
            run(words);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void run(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", words) + ": " + output);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Removes the network; the processes in it must have ended. */
    @Override
    public void close() {
        for (String name : homes.keySet()) {
            attempt("ip", "netns", "del", space(name));
        }
        attempt("ip", "netns", "del", id + "-probe");
        attempt(passage("-D"));
        attempt("ip", "link", "del", id);
    }

    private static void attempt(String... words) {
        try {
            run(words);
        } catch (IOException gone) {
            // What was never made, or went with its namespace, need not be removed.
        }
    }
}
