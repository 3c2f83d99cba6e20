package io.millrace.tools.connect;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.ItemResult;
import io.millrace.client.admin.NewTopic;
import io.millrace.client.admin.TopicCreated;
import io.millrace.client.admin.TopicDescription;
import io.millrace.client.admin.TopicListing;
import io.millrace.protocol.ErrorCode;
import io.millrace.tools.terminal.Failure;
import io.millrace.tools.terminal.Nearest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * An open cluster: asks, waits, and fails with a line that says what to do.
 *
 * <p>Threading: one thread's, the command's own, which may wait.
 */
public final class Cluster implements AutoCloseable {
    private final Admin admin;
    private final Admin bounded;
    private final String bootstrap;

    private Cluster(Admin admin, String bootstrap, Duration timeout) {
        this.admin = admin;
        this.bounded = admin.within(timeout);
        this.bootstrap = bootstrap;
    }

    static Cluster open(ClientConfig config, String bootstrap, Duration timeout) {
        return new Cluster(Admin.open(config), bootstrap, timeout);
    }

    /** Requests, each within the time that --timeout says. */
    public Admin admin() {
        return bounded;
    }

    /** Where the user said it is. */
    public String bootstrap() {
        return bootstrap;
    }

    /** Waits for an answer; what it has no value for fails as one line. */
    public <T> T get(CompletionStage<ItemResult<T>> stage) {
        return value(await(stage));
    }

    /** Waits for an answer of items, which all must have worked. */
    public <K, T> Map<K, T> getAll(CompletionStage<Map<K, ItemResult<T>>> stage) {
        Map<K, ItemResult<T>> results = await(stage);
        results.values().forEach(Cluster::value);
        return ItemResult.getAll(results);
    }

    /** Waits for an answer, which no item's failure fails. */
    public <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private static <T> T value(ItemResult<T> result) {
        result.failure().ifPresent(why -> {
            throw explained(why);
        });
        return result.get();
    }

    /** As one line. */
    public static Failure explained(MillraceException why) {
        return Failure.of(explanation(why));
    }

    /** As one line. */
    public static String explanation(MillraceException why) {
        String hint =
                switch (why.reason()) {
                    case TIMED_OUT -> "; try again, or give it longer with --timeout 60s";
                    case UNREACHABLE -> "; 'millrace cluster doctor' says which brokers can be reached from here";
                    default -> "";
                };
        return why.getMessage().lines().findFirst().orElse("it failed") + hint;
    }

    /** All topics by name, the brokers' own included. */
    public Map<String, TopicListing> topics() {
        return get(bounded.listTopics());
    }

    /**
     * Topics by name, in the order of the names.
     *
     * @throws Failure naming the topic that is not there, and the one that was likely meant
     */
    public List<TopicDescription> describe(Collection<String> names) {
        Map<String, ItemResult<TopicDescription>> results = await(bounded.describeTopics(names));
        List<TopicDescription> topics = new ArrayList<>();
        results.forEach((name, result) -> {
            if (result.failure().filter(Cluster::isUnknownTopic).isPresent()) {
                throw unknownTopic(name);
            }
            topics.add(value(result));
        });
        return topics;
    }

    private static boolean isUnknownTopic(MillraceException why) {
        return why.error() == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }

    /**
     * Creates a topic if it is not there.
     *
     * @param partitions -1 for as many as brokers give by default
     */
    public void create(String topic, int partitions) {
        ItemResult<TopicCreated> created =
                await(admin().createTopics(NewTopic.of(topic, partitions, -1))).get(topic);
        created.failure()
                .filter(why -> why.error() != ErrorCode.TOPIC_ALREADY_EXISTS)
                .ifPresent(why -> {
                    throw explained(why);
                });
    }

    /** What to say of a topic that is not there. */
    public Failure unknownTopic(String name) {
        return Failure.of("There is no topic '" + name + "' at " + bootstrap
                + Nearest.to(name, topics().keySet())
                        .map(near -> "; did you mean '" + near + "'?")
                        .orElse("; 'millrace topic list' shows all"));
    }

    @Override
    public void close() {
        admin.close();
    }
}
