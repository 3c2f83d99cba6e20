package io.millrace.broker.api.admin;

import io.millrace.broker.api.Failures;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.log.TopicSettings;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.ErrorCode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;

/** Changes settings of topics and of brokers: checked as a whole before they are written. */
public final class ConfigChanges {
    private final ClusterStore cluster;
    private final BrokerConfigRules brokers;

    /** @param brokerSettings all that a broker reads, changeable or not */
    public ConfigChanges(int self, ClusterStore cluster, List<Setting<?>> brokerSettings) {
        this.cluster = cluster;
        this.brokers = new BrokerConfigRules(self, brokerSettings);
    }

    /** Throws ApiException if a broker's setting of this name cannot be changed. */
    void checkChangeable(String brokerSetting) {
        brokers.checkChangeable(brokerSetting);
    }

    /** What became of a change. */
    record Outcome(ErrorCode error, String message) {
        static final Outcome DONE = new Outcome(ErrorCode.NONE, "");

        static Outcome of(ApiException e) {
            return new Outcome(e.error(), e.getMessage());
        }
    }

    /** A resource as requests name it. */
    record Resource(byte type, String name) {}

    /**
     * Changes the settings of a resource, unless the request names it more than once.
     *
     * @param repeated those that it names more than once
     */
    CompletionStage<Outcome> apply(
            Resource resource,
            Set<Resource> repeated,
            UnaryOperator<Map<String, String>> change,
            boolean validateOnly) {
        return repeated.contains(resource)
                ? refused(ErrorCode.INVALID_REQUEST, "the request names this resource more than once")
                : apply(resource.type(), resource.name(), change, validateOnly);
    }

    /**
     * Changes the settings of a resource.
     *
     * @param change from the settings that are there to those wanted; pure; throws ApiException where it cannot be
     * @param validateOnly whether it is checked and not done
     */
    private CompletionStage<Outcome> apply(
            byte resourceType, String name, UnaryOperator<Map<String, String>> change, boolean validateOnly) {
        try {
            ConfigScope scope = scope(resourceType, name);
            if (!validateOnly) {
                return cluster.changeConfig(scope, before -> checked(scope, change.apply(before)))
                        .handle((written, failure) ->
                                failure == null ? Outcome.DONE : Outcome.of(Failures.of(failure)));
            }
            checked(scope, change.apply(cluster.view().config(scope)));
            return CompletableFuture.completedFuture(Outcome.DONE);
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(Outcome.of(e));
        }
    }

    private ConfigScope scope(byte resourceType, String name) {
        if (resourceType == ConfigCatalog.BROKER) {
            return brokers.scope(name);
        }
        if (resourceType != ConfigCatalog.TOPIC) {
            throw new ApiException(
                    ErrorCode.INVALID_REQUEST, "resource type " + resourceType + " has no settings here");
        }
        if (cluster.view().topic(name).isEmpty()) {
            throw new ApiException(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "there is no topic " + name);
        }
        return new ConfigScope.Topic(name);
    }

    private Map<String, String> checked(ConfigScope scope, Map<String, String> settings) {
        if (scope instanceof ConfigScope.Topic) {
            check(settings);
        } else {
            brokers.check(scope, settings);
        }
        return settings;
    }

    /** Passes a topic's settings on if it can have them; throws as {@link #check}. */
    static Map<String, String> checked(Map<String, String> settings) {
        check(settings);
        return settings;
    }

    /** Throws INVALID_CONFIG if a topic cannot have these settings. */
    private static void check(Map<String, String> settings) {
        try {
            TopicSettings.validate(settings);
        } catch (InvalidSettingException e) {
            throw new ApiException(ErrorCode.INVALID_CONFIG, e.getMessage());
        }
    }

    private static CompletionStage<Outcome> refused(ErrorCode error, String message) {
        return CompletableFuture.completedFuture(new Outcome(error, message));
    }
}
