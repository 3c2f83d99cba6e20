package io.millrace.client.consumer;

import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a consumer is a member of its group. Immutable. Names, units and defaults are Kafka's.
 *
 * @param groupId {@code group.id}; empty for a consumer without a group
 * @param instanceId {@code group.instance.id}: of a static member, which keeps its partitions over a restart (KIP-345)
 * @param sessionTimeout {@code session.timeout.ms}: after so long without a heartbeat a member is taken for dead
 * @param heartbeatInterval {@code heartbeat.interval.ms}
 * @param maxPollInterval {@code max.poll.interval.ms}: who does not poll for so long leaves the group
 * @param assignors {@code partition.assignment.strategy}, the preferred one first
 * @param autoCommit {@code enable.auto.commit}
 * @param autoCommitInterval {@code auto.commit.interval.ms}
 */
public record GroupConfig(
        String groupId,
        Optional<String> instanceId,
        Duration sessionTimeout,
        Duration heartbeatInterval,
        Duration maxPollInterval,
        List<Assignor> assignors,
        boolean autoCommit,
        Duration autoCommitInterval) {
    /** No group, and the defaults. */
    public static final GroupConfig NONE = new GroupConfig(
            "",
            Optional.empty(),
            Duration.ofSeconds(45),
            Duration.ofSeconds(3),
            Duration.ofMinutes(5),
            List.of(Assignor.RANGE, Assignor.COOPERATIVE_STICKY),
            true,
            Duration.ofSeconds(5));

    public GroupConfig {
        assignors = List.copyOf(assignors);
        if (assignors.isEmpty()) {
            throw MillraceException.invalid("partition.assignment.strategy is empty; range is a usual one");
        }
        if (heartbeatInterval.compareTo(sessionTimeout) >= 0) {
            throw MillraceException.invalid("heartbeat.interval.ms is " + heartbeatInterval.toMillis()
                    + ", no less than session.timeout.ms; a third of that is usual");
        }
    }

    /** The defaults in a group. */
    public static GroupConfig of(String groupId) {
        return NONE.withId(groupId);
    }

    public GroupConfig withId(String id) {
        return new GroupConfig(
                id,
                instanceId,
                sessionTimeout,
                heartbeatInterval,
                maxPollInterval,
                assignors,
                autoCommit,
                autoCommitInterval);
    }

    public GroupConfig withInstanceId(String id) {
        return new GroupConfig(
                groupId,
                Optional.of(id),
                sessionTimeout,
                heartbeatInterval,
                maxPollInterval,
                assignors,
                autoCommit,
                autoCommitInterval);
    }

    public GroupConfig withTimes(Duration session, Duration heartbeat, Duration maxPoll) {
        return new GroupConfig(
                groupId, instanceId, session, heartbeat, maxPoll, assignors, autoCommit, autoCommitInterval);
    }

    public GroupConfig withAssignors(Assignor... preferredFirst) {
        return new GroupConfig(
                groupId,
                instanceId,
                sessionTimeout,
                heartbeatInterval,
                maxPollInterval,
                List.of(preferredFirst),
                autoCommit,
                autoCommitInterval);
    }

    public GroupConfig withAutoCommit(boolean wanted, Duration interval) {
        return new GroupConfig(
                groupId, instanceId, sessionTimeout, heartbeatInterval, maxPollInterval, assignors, wanted, interval);
    }

    /** Takes the keys of a group. */
    static GroupConfig from(Settings settings) {
        List<GroupConfig> last = new ArrayList<>(List.of(NONE));
        String[] id = {""};
        settings.text("group.id", text -> id[0] = text)
                .text("group.instance.id", text -> last.add(last(last).withInstanceId(text)))
                .parsed(
                        "partition.assignment.strategy",
                        "names such as range,cooperative-sticky",
                        Assignor::parseList,
                        list -> last.add(last(last).withAssignors(list.toArray(Assignor[]::new))));
        Duration[] times = {NONE.sessionTimeout, NONE.heartbeatInterval, NONE.maxPollInterval, NONE.autoCommitInterval};
        boolean[] auto = {true};
        settings.millis("session.timeout.ms", time -> times[0] = time)
                .millis("heartbeat.interval.ms", time -> times[1] = time)
                .millis("max.poll.interval.ms", time -> times[2] = time)
                .millis("auto.commit.interval.ms", time -> times[3] = time)
                .bool("enable.auto.commit", wanted -> auto[0] = wanted);
        return last(last).withId(id[0]).withTimes(times[0], times[1], times[2]).withAutoCommit(auto[0], times[3]);
    }

    private static GroupConfig last(List<GroupConfig> made) {
        return made.get(made.size() - 1);
    }

    boolean isGroup() {
        return !groupId.isEmpty();
    }

    /** Whether members may go on reading while the group is rebalanced: all strategies must allow it. */
    boolean isCooperative() {
        return assignors.stream().allMatch(Assignor::isCooperative);
    }
}
