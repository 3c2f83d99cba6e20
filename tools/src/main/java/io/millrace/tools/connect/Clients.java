package io.millrace.tools.connect;

import io.millrace.client.ClientConfig;
import io.millrace.client.MillraceException;
import io.millrace.client.Settings;
import io.millrace.client.consumer.ConsumerConfig;
import io.millrace.client.producer.ProducerConfig;
import io.millrace.tools.terminal.Failure;
import java.util.function.UnaryOperator;

/** Configurations of producers and consumers: a verb's own wishes, over which {@code -X} and the file of settings win. */
public final class Clients {
    private Clients() {}

    /** @throws Failure for a setting that is none, or that cannot be */
    public static ProducerConfig producer(ClusterOptions cluster, UnaryOperator<ProducerConfig.Builder> wishes) {
        try {
            Settings settings = cluster.clientSettings();
            ProducerConfig config = wishes.apply(ProducerConfig.builder(client(cluster, settings)))
                    .settings(settings)
                    .build();
            settings.refuseRest();
            return config;
        } catch (MillraceException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /** @throws Failure for a setting that is none, or that cannot be */
    public static ConsumerConfig consumer(ClusterOptions cluster, UnaryOperator<ConsumerConfig.Builder> wishes) {
        try {
            Settings settings = cluster.clientSettings();
            ConsumerConfig config = wishes.apply(ConsumerConfig.builder(client(cluster, settings)))
                    .settings(settings)
                    .build();
            settings.refuseRest();
            return config;
        } catch (MillraceException e) {
            throw Failure.usage(e.getMessage());
        }
    }

    /** Takes the keys of all clients; where the cluster is, options know better. */
    private static ClientConfig client(ClusterOptions cluster, Settings settings) {
        if (!cluster.choice().bootstrap().startsWith("zookeeper://")) {
            return ClientConfig.from(settings);
        }
        settings.text("bootstrap.servers", ignored -> {})
                .text("client.id", ignored -> {})
                .text("socket.connection.setup.timeout.ms", ignored -> {});
        return cluster.clientConfig();
    }
}
