package io.millrace.tools.mirror;

import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.TopicListing;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the topics that are to be copied, as they appear, and has the target have them: created with the source's partitions
 * and settings, which it follows when they change. Deletes nothing.
 *
 * <p>Threading: one thread's, which waits.
 */
final class TopicSync {
    private static final Logger LOG = LoggerFactory.getLogger(TopicSync.class);

    private final Admin source;
    private final Admin target;
    private final MirrorConfig config;
    private final LoopGuard guard;
    private final Provenance provenance;
    private final boolean keepsOffsets;
    private final TopicMaker maker;
    private final TranslatedTopics translated;

    /** Of topics that are not copied, why: told once. */
    private final Map<String, String> refusals = new HashMap<>();

    /**
     * @param provenance of the source's topics
     * @param keepsOffsets whether the target can keep offsets
     */
    TopicSync(
            Admin source,
            Admin target,
            MirrorConfig config,
            LoopGuard guard,
            Provenance provenance,
            boolean keepsOffsets,
            TopicMaker maker,
            TranslatedTopics translated) {
        this.source = source;
        this.target = target;
        this.config = config;
        this.guard = guard;
        this.provenance = provenance;
        this.keepsOffsets = keepsOffsets;
        this.maker = maker;
        this.translated = translated;
    }

    /**
     * Looks once.
     *
     * @return what can be copied now
     * @throws MillraceException if one of the clusters does not answer
     */
    List<CopiedTopic> look() throws InterruptedException {
        Map<String, TopicListing> there = Calls.await(source.listTopics()).get();
        Map<String, TopicListing> here = Calls.await(target.listTopics()).get();
        List<CopiedTopic> wanted = there.values().stream()
                .filter(topic -> topic.partitions() > 0 && isWanted(topic))
                .map(topic -> new CopiedTopic(
                        topic.name(),
                        topic.id(),
                        config.targetName(topic.name()),
                        topic.partitions(),
                        "",
                        keepsOffsets && !config.isMerged(topic.name())))
                .toList();
        Map<String, Map<String, ConfigEntry>> sources =
                settings(source, wanted.stream().map(CopiedTopic::source).toList());
        Map<String, List<String>> noted = provenance.read(there.values());
        Map<String, Map<String, ConfigEntry>> targets = settings(
                target,
                wanted.stream()
                        .map(CopiedTopic::target)
                        .filter(here::containsKey)
                        .toList());
        List<CopiedTopic> copied = new ArrayList<>();
        for (CopiedTopic found : wanted) {
            Map<String, ConfigEntry> its = sources.get(found.source());
            if (its == null) {
                continue; // deleted since it was listed
            }
            String setting = TopicSettings.value(its, LoopGuard.SETTING);
            List<String> others = noted.getOrDefault(found.source(), List.of());
            CopiedTopic topic = found.via(LoopGuard.via(setting, others));
            Optional<String> refusal = guard.refusal(topic.source(), setting, others);
            if (refusal.isEmpty()) {
                refusal = here.containsKey(topic.target())
                        ? follow(topic, its, targets.getOrDefault(topic.target(), Map.of()), here.get(topic.target()))
                        : create(topic, its);
            }
            if (refusal.isEmpty()) {
                refusals.remove(topic.source());
                copied.add(topic);
            } else {
                refuse(topic, refusal.get());
            }
        }
        return copied;
    }

    private boolean isWanted(TopicListing topic) {
        return !topic.internal()
                && !topic.name().startsWith("__")
                && !topic.name().startsWith(PairsTopic.PREFIX)
                && config.topics().accepts(topic.name());
    }

    private void refuse(CopiedTopic topic, String why) {
        if (!why.equals(refusals.put(topic.source(), why))) {
            LOG.warn("Topic {} is not copied: {}", topic.source(), why);
        }
    }

    private static Map<String, Map<String, ConfigEntry>> settings(Admin admin, Collection<String> topics)
            throws InterruptedException {
        if (topics.isEmpty()) {
            return Map.of();
        }
        Map<String, Map<String, ConfigEntry>> found = new TreeMap<>();
        Calls.await(admin.describeConfigs(
                        topics.stream().map(ConfigResource::topic).toList()))
                .forEach((resource, result) -> result.value().ifPresent(all -> found.put(resource.name(), all)));
        return found;
    }

    /** Why it cannot be; empty if it is there now. */
    private Optional<String> create(CopiedTopic topic, Map<String, ConfigEntry> its) throws InterruptedException {
        if (!topic.keepsOffsets()) {
            return translated.create(topic, its);
        }
        Map<String, String> settings = new TreeMap<>(TopicSettings.ofSource(its));
        settings.put(LoopGuard.SETTING, guard.settingOf(topic));
        return maker.create(topic, settings);
    }

    private Optional<String> follow(
            CopiedTopic topic, Map<String, ConfigEntry> its, Map<String, ConfigEntry> copys, TopicListing copy)
            throws InterruptedException {
        if (!topic.keepsOffsets()) {
            return translated.follow(topic, its, copys, copy);
        }
        String setting = TopicSettings.value(copys, LoopGuard.SETTING);
        if (setting.isEmpty()) {
            return Optional.of(
                    "the target's topic " + topic.target() + " is no mirror (promoted, or made by somebody else)");
        }
        if (!guard.isCopy(setting, topic)) {
            return Optional.of("the target's topic " + topic.target() + " is a mirror of " + setting + ", not of "
                    + guard.settingOf(topic));
        }
        if (copy.partitions() > topic.partitions()) {
            return Optional.of(
                    "the target's topic has " + copy.partitions() + " partitions, the source's " + topic.partitions());
        }
        if (copy.partitions() < topic.partitions()) {
            maker.addPartitions(topic, copy.partitions());
        }
        maker.follow(topic, TopicSettings.ofSource(its), copys);
        return Optional.empty();
    }
}
