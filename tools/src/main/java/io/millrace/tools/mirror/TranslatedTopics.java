package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.OffsetAt;
import io.millrace.client.admin.TopicListing;
import io.millrace.protocol.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The rules for topics whose copies have offsets of their own: which topic of the target may be a copy. One that the mirror has
 * made, or that is still empty; or any, if it was told that others write there, too.
 *
 * <p>Threading: one thread's, which waits.
 */
final class TranslatedTopics {
    private final Admin target;
    private final MirrorConfig config;
    private final LoopGuard guard;
    private final TopicMaker maker;
    private final Notes notes;

    /** What is noted in the target of its copies. */
    interface Notes {
        /** Whether the target's topic is a copy of that one already. */
        boolean isKnown(CopiedTopic topic) throws InterruptedException;

        /**
         * Notes that the target's topic is a copy, before anything is copied.
         *
         * @param source as mirror.source would have it
         */
        void note(CopiedTopic topic, String source) throws InterruptedException;
    }

    TranslatedTopics(Admin target, MirrorConfig config, LoopGuard guard, TopicMaker maker, Notes notes) {
        this.target = target;
        this.config = config;
        this.guard = guard;
        this.maker = maker;
        this.notes = notes;
    }

    /** Why a topic that is not there cannot be made; empty if it is there now. */
    Optional<String> create(CopiedTopic topic, Map<String, ConfigEntry> its) throws InterruptedException {
        Optional<String> refusal = maker.create(topic, settings(its));
        if (refusal.isEmpty()) {
            notes.note(topic, guard.settingOf(topic));
        }
        return refusal;
    }

    /** Without what would have the target give its own times. */
    private static Map<String, String> settings(Map<String, ConfigEntry> its) {
        Map<String, String> settings = new TreeMap<>(TopicSettings.ofSource(its));
        settings.remove("message.timestamp.type");
        settings.remove("compression.type"); // batches stay as they are
        return settings;
    }

    /** Why a topic that is there is no copy; empty if it is, and follows the source's. */
    Optional<String> follow(
            CopiedTopic topic, Map<String, ConfigEntry> its, Map<String, ConfigEntry> copys, TopicListing copy)
            throws InterruptedException {
        boolean isShared = config.isMerged(topic.source());
        String setting = TopicSettings.value(copys, LoopGuard.SETTING);
        if (!setting.isEmpty()) {
            return Optional.of("the target's topic " + topic.target() + " is a mirror of " + setting
                    + " that keeps offsets, and takes nothing else");
        }
        if (!notes.isKnown(topic)) {
            if (!isShared && !isEmpty(topic.target(), copy.partitions())) {
                return Optional.of("the target's topic " + topic.target()
                        + " has records that this mirror has not written; topics.merge=" + topic.source()
                        + " copies into it nonetheless");
            }
            notes.note(topic, guard.settingOf(topic));
        }
        if (copy.partitions() < topic.partitions()) {
            maker.addPartitions(topic, copy.partitions());
        }
        if (!isShared) {
            maker.follow(topic, settings(its), copys);
        }
        return Optional.empty();
    }

    private boolean isEmpty(String topic, int partitions) throws InterruptedException {
        Map<TopicPartition, OffsetAt> asked = new HashMap<>();
        for (int number = 0; number < partitions; number++) {
            asked.put(new TopicPartition(topic, number), OffsetAt.latest());
        }
        return Calls.await(target.listOffsets(asked)).values().stream()
                .allMatch(told -> told.get().offset().orElse(0) == 0);
    }
}
