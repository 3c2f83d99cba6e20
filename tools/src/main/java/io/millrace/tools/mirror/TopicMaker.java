package io.millrace.tools.mirror;

import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ConfigChange;
import io.millrace.client.admin.ConfigEntry;
import io.millrace.client.admin.ConfigResource;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewPartitions;
import io.millrace.client.admin.NewTopic;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the target's topics, and has them follow the source's: partitions and settings.
 *
 * <p>Threading: one thread's, which waits.
 */
final class TopicMaker {
    private static final Logger LOG = LoggerFactory.getLogger(TopicMaker.class);

    private final Admin target;
    private final int replicationFactor;
    private final boolean dryRun;

    /** @param dryRun whether to say what would be done, and do nothing */
    TopicMaker(Admin target, int replicationFactor, boolean dryRun) {
        this.target = target;
        this.replicationFactor = replicationFactor;
        this.dryRun = dryRun;
    }

    /** Why it cannot be; empty if it is there now. */
    Optional<String> create(CopiedTopic topic, Map<String, String> settings) throws InterruptedException {
        NewTopic wanted = new NewTopic(topic.target(), topic.partitions(), replicationFactor, List.of(), settings);
        LOG.info(
                "{} topic {} with {} partitions {}",
                dryRun ? "Would create" : "Creates",
                topic.target(),
                topic.partitions(),
                wanted.configs());
        ItemResult<?> result = Calls.await(dryRun ? target.checkTopics(wanted) : target.createTopics(wanted))
                .get(topic.target());
        return result.failure().map(Throwable::getMessage);
    }

    void addPartitions(CopiedTopic topic, int present) throws InterruptedException {
        LOG.info(
                "{} partitions {} to {} of topic {}",
                dryRun ? "Would add" : "Adds",
                present,
                topic.partitions() - 1,
                topic.target());
        if (!dryRun) {
            Calls.await(target.addPartitions(Map.of(topic.target(), new NewPartitions(topic.partitions(), List.of()))))
                    .get(topic.target())
                    .get();
        }
    }

    /** Gives the copy the settings that it is to have. */
    void follow(CopiedTopic topic, Map<String, String> wanted, Map<String, ConfigEntry> copys)
            throws InterruptedException {
        List<ConfigChange> changes = TopicSettings.changes(wanted, TopicSettings.ofCopy(copys));
        if (changes.isEmpty()) {
            return;
        }
        LOG.info("{} settings of topic {}: {}", dryRun ? "Would change" : "Changes", topic.target(), changes);
        if (!dryRun) {
            Calls.await(target.alterConfigs(Map.of(ConfigResource.topic(topic.target()), changes)))
                    .forEach((resource, result) -> result.failure()
                            .ifPresent(why -> LOG.warn("Settings of {}: {}", resource, why.getMessage())));
        }
    }
}
