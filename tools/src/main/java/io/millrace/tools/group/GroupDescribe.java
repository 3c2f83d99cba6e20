package io.millrace.tools.group;

import io.millrace.client.admin.GroupDescription;
import io.millrace.client.admin.GroupDescription.Member;
import io.millrace.tools.connect.Cluster;
import io.millrace.tools.connect.ClusterOptions;
import io.millrace.tools.terminal.Output;
import io.millrace.tools.terminal.Sheet;
import io.millrace.tools.terminal.Table;
import io.millrace.tools.terminal.Units;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace group describe}. */
@Command(
        name = "describe",
        description = "Shows groups: members, positions, and the lag in records and in time.",
        footer = {
            "",
            "The lag in time is the age of the record that is to be read next.",
            "",
            "Examples:",
            "  millrace group describe billing",
            "  millrace group describe billing -o json"
        })
final class GroupDescribe implements Callable<Integer> {
    private static final Table<Member> MEMBERS = Table.<Member>of()
            .text("client", Member::clientId)
            .text("host", Member::host)
            .text("member", Member::id)
            .text("instance", Member::instanceId)
            .number("partitions", member -> member.assignment().size());

    private static final Table<PartitionLag> PARTITIONS = Table.<PartitionLag>of()
            .text("topic", row -> row.partition().topic())
            .number("partition", row -> row.partition().partition())
            .number("position", PartitionLag::position)
            .number("end", PartitionLag::end)
            .number("lag", PartitionLag::lag)
            .shown("lagMs", PartitionLag::ageMs, ms -> Units.duration(Duration.ofMillis((Long) ms)))
            .text("client", PartitionLag::client);

    @Parameters(arity = "1..*", paramLabel = "GROUP")
    private List<String> names = new ArrayList<>();

    @Mixin
    private ClusterOptions clusters;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (Cluster cluster = clusters.open()) {
            List<Sheet> sheets = new ArrayList<>();
            for (String name : names) {
                sheets.add(sheet(cluster, Groups.describe(cluster, name)));
            }
            output.sheets(sheets);
            return 0;
        }
    }

    private Sheet sheet(Cluster cluster, GroupDescription group) {
        List<PartitionLag> rows = PartitionLags.withAges(cluster, group, clusters.clientConfig());
        long lag = rows.stream().mapToLong(row -> row.lag().orElse(0)).sum();
        OptionalLong oldest = PartitionLag.oldest(rows);
        Sheet sheet = new Sheet()
                .field("group", group.id())
                .field("state", group.state())
                .field("coordinator", group.coordinator())
                .field("assignor", group.assignor())
                .field("memberCount", group.members().size())
                .field("lag", lag, Units.count(lag) + " records");
        if (oldest.isPresent()) {
            sheet.field("lagMs", oldest, Units.duration(Duration.ofMillis(oldest.getAsLong())));
        } else {
            sheet.data("lagMs", oldest);
        }
        return sheet.table("members", MEMBERS, group.members()).table("partitions", PARTITIONS, rows);
    }
}
