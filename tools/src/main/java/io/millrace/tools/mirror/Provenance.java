package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig;
import io.millrace.client.admin.Admin;
import io.millrace.client.admin.TopicListing;
import io.millrace.client.net.ClientRuntime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the records of a cluster's topics come from, as far as mirrors have noted it in their topics of offset pairs: what
 * {@code mirror.source} cannot say where the cluster does not know that setting, or a topic has several sources.
 *
 * <p>Threading: one thread's, which waits.
 */
final class Provenance implements AutoCloseable {
    private final Admin admin;
    private final ClientConfig config;
    private final ClientRuntime runtime;
    private final Map<String, PairsTopic> noted = new HashMap<>();

    Provenance(Admin admin, ClientConfig config, ClientRuntime runtime) {
        this.admin = admin;
        this.config = config;
        this.runtime = runtime;
    }

    /** By topic, what it is a copy of, each as {@code mirror.source} has it. */
    Map<String, List<String>> read(Collection<TopicListing> topics) throws InterruptedException {
        Map<String, List<String>> sources = new HashMap<>();
        for (TopicListing topic : topics) {
            if (topic.name().startsWith(PairsTopic.PREFIX)) {
                PairsTopic its =
                        noted.computeIfAbsent(topic.name(), name -> new PairsTopic(name, admin, config, runtime));
                its.refresh();
                its.provenance().forEach((copy, from) -> sources.computeIfAbsent(copy, name -> new ArrayList<>())
                        .addAll(from));
            }
        }
        return sources;
    }

    @Override
    public void close() {
        noted.values().forEach(PairsTopic::close);
    }
}
