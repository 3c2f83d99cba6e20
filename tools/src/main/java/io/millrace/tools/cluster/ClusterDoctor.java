package io.millrace.tools.cluster;

import io.millrace.client.BrokerAddress;
import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ClusterDescription;
import io.millrace.client.admin.ItemResult;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterChoice;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.connect.Dial;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Style;
import io.millrace.tools.terminal.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code millrace cluster doctor}: what a client would see from here. */
@Command(
        name = "doctor",
        description =
                "Goes a client's way: calls each address that was given, asks for the brokers' own addresses, and calls"
                        + " each of those back. Exit code 1 if a client would have trouble.",
        footer = {"", "Examples:", "  millrace cluster doctor", "  millrace cluster doctor -b kafka1:9092 --timeout 5s"
        })
final class ClusterDoctor implements Callable<Integer> {
    private static final Duration LONGEST_CALL = Duration.ofSeconds(3);

    private static final Table<Row> TABLE = Table.<Row>of()
            .text("from", Row::from)
            .text("address", row -> row.dial().address())
            .text("ip", row -> row.dial().resolved())
            .number("connectMs", row -> row.dial().tookMs())
            .text("result", Row::result);

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    /**
     * One call.
     *
     * @param answer what was said then; empty if nothing was wrong
     */
    private record Row(String from, Dial dial, String answer) {
        String result() {
            return dial.trouble().orElse(answer.isEmpty() ? "ok" : answer);
        }

        boolean isWell() {
            return dial.isAnswered() && answer.isEmpty();
        }
    }

    @Override
    public Integer call() {
        ClusterChoice choice = clusters.choice();
        Duration wait = clusters.timeout().compareTo(LONGEST_CALL) < 0 ? clusters.timeout() : LONGEST_CALL;
        List<Row> rows = new ArrayList<>();
        List<ClusterDescription> seen = new ArrayList<>();
        for (BrokerAddress address : clusters.addresses(wait)) {
            rows.add(ask("bootstrap", address, wait, seen));
        }
        if (!seen.isEmpty()) {
            for (ClusterDescription.Node node : seen.get(0).nodes()) {
                rows.add(ask("broker " + node.id(), node.address(), wait, seen));
            }
        }
        List<String> advice = Advice.of(
                choice.bootstrap(),
                seen,
                rows.stream()
                        .filter(row -> row.from().startsWith("broker"))
                        .map(Row::dial)
                        .toList());
        boolean well = !seen.isEmpty() && advice.isEmpty() && rows.stream().allMatch(Row::isWell);
        Style style = output.style();
        Sheet sheet = new Sheet()
                .field("reachable", well, well ? style.good("yes") : style.bad("no"))
                .field("clusterId", seen.isEmpty() ? "" : seen.get(0).id())
                .table("calls", TABLE, rows)
                .data("advice", advice);
        advice.forEach(sheet::note);
        output.sheet(sheet);
        return well ? 0 : 1;
    }

    /** Calls, and asks whoever answers for the cluster. */
    private Row ask(String from, BrokerAddress address, Duration wait, List<ClusterDescription> seen) {
        Dial dial = Dial.to(address, wait);
        if (!dial.isAnswered()) {
            return new Row(from, dial, "");
        }
        ClientConfig config = ClientConfig.builder(address.toString())
                .clientId("millrace-cli")
                .connectTimeout(wait)
                .build();
        try (Admin admin = Admin.open(config)) {
            ItemResult<ClusterDescription> told =
                    admin.within(wait).describeCluster().toCompletableFuture().join();
            told.value().ifPresent(seen::add);
            return new Row(
                    from, dial, told.failure().map(ClusterDoctor::shortly).orElse(""));
        }
    }

    private static String shortly(MillraceException why) {
        return why.reason() == MillraceException.Reason.TIMED_OUT
                ? "connects, and then does not answer as a broker"
                : Cluster.explanation(why);
    }
}
