package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.Done;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.ListedOffset;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.TopicPartition;
import io.millrace.tools.terminal.Failure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns the direction round: what was the source becomes a mirror of what was promoted, and goes on where it ends, so that
 * only what is missing is copied.
 *
 * <p>That may be only if all that the old source has, the promoted topic has, too. It shows in the old source's last batch:
 * the other side must have the very same one at its place. Producers are shut out first, so that what was looked at stays.
 *
 * <p>Threading: one thread's, which waits.
 */
final class Failback {
    private final Admin old;
    private final Admin promoted;
    private final LeaderQuestion oldLeaders;
    private final BatchPeek oldBatches;
    private final BatchPeek promotedBatches;
    private final LoopGuard guard;

    /**
     * @param old the cluster that was the source, and becomes a mirror
     * @param promoted the cluster that was the target, and becomes the source
     * @param guard for that new direction
     */
    Failback(Admin old, Admin promoted, ClusterClient oldClient, ClusterClient promotedClient, LoopGuard guard) {
        this.old = old;
        this.promoted = promoted;
        this.oldLeaders = new LeaderQuestion(oldClient);
        this.oldBatches = new BatchPeek(oldClient);
        this.promotedBatches = new BatchPeek(promotedClient);
        this.guard = guard;
    }

    /** One partition: what the old source has, and what is missing there. */
    record Row(TopicPartition partition, long oldEnd, long promotedEnd) {
        long missing() {
            return promotedEnd - oldEnd;
        }
    }

    /**
     * Turns a topic round.
     *
     * @param oldName its name in the old source
     * @param name of the promoted one
     * @param dryRun whether to look only
     * @throws Failure if the old source has what the promoted topic lacks; then all is as it was
     */
    List<Row> turn(String oldName, String name, boolean dryRun) throws InterruptedException {
        if (!setting(promoted, name).isEmpty()) {
            throw Failure.of(
                    "Topic '" + name + "' is still a mirror; promote it first: millrace mirror promote " + name);
        }
        if (!setting(old, oldName).isEmpty()) {
            throw Failure.of("Topic '" + oldName + "' is a mirror already, of " + setting(old, oldName));
        }
        TopicDescription description =
                Calls.await(promoted.describeTopics(List.of(name))).get(name).get();
        CopiedTopic copied = new CopiedTopic(
                name, description.id(), oldName, description.partitions().size(), "", true);
        if (!dryRun) {
            change(oldName, ConfigChange.set(LoopGuard.SETTING, guard.settingOf(copied)));
        }
        try {
            Map<Integer, Long> oldEnds = dryRun ? ends(old, oldName) : fencedEnds(copied);
            return compare(oldName, oldEnds, name);
        } catch (Failure | MillraceException e) {
            if (!dryRun) {
                change(oldName, ConfigChange.delete(LoopGuard.SETTING));
            }
            throw e;
        }
    }

    private static String setting(Admin admin, String topic) throws InterruptedException {
        ConfigResource resource = ConfigResource.topic(topic);
        return TopicSettings.value(
                Calls.await(admin.describeConfigs(List.of(resource)))
                        .get(resource)
                        .get(),
                LoopGuard.SETTING);
    }

    private void change(String topic, ConfigChange change) throws InterruptedException {
        ConfigResource resource = ConfigResource.topic(topic);
        Map<ConfigResource, ItemResult<Done>> results =
                Calls.await(old.alterConfigs(Map.of(resource, List.of(change))));
        results.get(resource).get();
    }

    /** Where the old source's partitions end, now that their leaders take no producers. */
    private Map<Integer, Long> fencedEnds(CopiedTopic topic) throws InterruptedException {
        Map<Integer, Long> ends = new LinkedHashMap<>();
        for (int number : ends(old, topic.target()).keySet()) {
            TopicPartition partition = new TopicPartition(topic.target(), number);
            ends.put(number, oldLeaders.await(partition, guard.settingOf(topic), ErrorCode.NONE));
        }
        return ends;
    }

    private List<Row> compare(String oldName, Map<Integer, Long> oldEnds, String name) throws InterruptedException {
        Map<Integer, Long> ends = ends(promoted, name);
        List<Row> rows = new ArrayList<>();
        for (Map.Entry<Integer, Long> its : oldEnds.entrySet()) {
            TopicPartition there = new TopicPartition(oldName, its.getKey());
            TopicPartition here = new TopicPartition(name, its.getKey());
            Optional<Long> end = Optional.ofNullable(ends.get(its.getKey()));
            if (end.isEmpty() || its.getValue() > end.get() || !hasSameLast(there, here, its.getValue())) {
                throw Failure.of(
                        there + " ends at " + its.getValue() + " and has records that " + here + ", which ends at "
                                + end.map(Object::toString).orElse("nothing")
                                + ", does not have: they were never copied. Nothing was changed. Save them (millrace consume), delete"
                                + " the topic there, and have the mirror make it anew");
            }
            rows.add(new Row(there, its.getValue(), end.get()));
        }
        return rows;
    }

    private boolean hasSameLast(TopicPartition there, TopicPartition here, long oldEnd) throws InterruptedException {
        if (oldEnd == 0) {
            return true;
        }
        Optional<BatchPeek.Header> last = oldBatches.at(there, oldEnd - 1);
        return last.isEmpty() // all deleted by retention
                || last.equals(promotedBatches.at(here, oldEnd - 1));
    }

    private static Map<Integer, Long> ends(Admin admin, String topic) throws InterruptedException {
        int partitions = Calls.await(admin.describeTopics(List.of(topic)))
                .get(topic)
                .get()
                .partitions()
                .size();
        Map<TopicPartition, OffsetAt> asked = new LinkedHashMap<>();
        for (int number = 0; number < partitions; number++) {
            asked.put(new TopicPartition(topic, number), OffsetAt.latest());
        }
        Map<Integer, Long> ends = new LinkedHashMap<>();
        for (Map.Entry<TopicPartition, ItemResult<ListedOffset>> told :
                Calls.await(admin.listOffsets(asked)).entrySet()) {
            ends.put(told.getKey().partition(), told.getValue().get().offset().orElseThrow());
        }
        return ends;
    }
}
