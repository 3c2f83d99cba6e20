package io.millrace.client.admin;

import io.millrace.protocol.message.DescribeConfigsRequest;
import io.millrace.protocol.message.DescribeConfigsResponse.Result;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest.Resource.Config;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * DescribeConfigs and IncrementalAlterConfigs: the settings of a broker go to that broker, all others to any.
 *
 * <p>Threading: any.
 */
final class ConfigRequests {
    private final AdminCalls calls;

    ConfigRequests(AdminCalls calls) {
        this.calls = calls;
    }

    CompletionStage<Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>>> describe(
            Collection<ConfigResource> resources) {
        return calls.each(resources, calls.named(ConfigResource::broker), (broker, part, turn) -> calls.call(
                        broker,
                        DescribeConfigsRequest.builder()
                                .resources(
                                        part.stream().map(ConfigRequests::asked).toList())
                                .includeSynonyms(true)
                                .build(),
                        turn)
                .thenApply(answer -> described(part, answer.results())));
    }

    private static DescribeConfigsRequest.Resource asked(ConfigResource resource) {
        return DescribeConfigsRequest.Resource.builder()
                .resourceType(resource.type().code())
                .resourceName(resource.name())
                .configurationKeys(null)
                .build();
    }

    private static Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>> described(
            Set<ConfigResource> asked, List<Result> told) {
        Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>> results = new LinkedHashMap<>();
        for (Result result : told) {
            find(asked, result.resourceType(), result.resourceName())
                    .ifPresent(resource -> results.put(
                            resource,
                            Joined.result(
                                    result.errorCode(),
                                    result.errorMessage(),
                                    "The settings of " + resource + " cannot be told",
                                    () -> entries(result))));
        }
        return results;
    }

    private static Optional<ConfigResource> find(Set<ConfigResource> asked, byte type, String name) {
        return asked.stream()
                .filter(resource ->
                        resource.type().code() == type && resource.name().equals(name))
                .findFirst();
    }

    private static Map<String, ConfigEntry> entries(Result result) {
        Map<String, ConfigEntry> entries = new TreeMap<>();
        for (Result.Config config : result.configs()) {
            entries.put(
                    config.name(),
                    new ConfigEntry(
                            config.name(),
                            Optional.ofNullable(config.value()),
                            ConfigEntry.Source.of(config.configSource()),
                            ConfigEntry.Type.of(config.configType()),
                            config.readOnly(),
                            config.isSensitive(),
                            config.synonyms().stream()
                                    .map(synonym -> new ConfigEntry.Synonym(
                                            synonym.name(),
                                            Optional.ofNullable(synonym.value()),
                                            ConfigEntry.Source.of(synonym.source())))
                                    .toList()));
        }
        return Collections.unmodifiableMap(entries);
    }

    CompletionStage<Map<ConfigResource, ItemResult<Done>>> alter(
            Map<ConfigResource, ? extends Collection<ConfigChange>> changes, boolean validateOnly) {
        Map<ConfigResource, List<ConfigChange>> kept = new LinkedHashMap<>();
        changes.forEach((resource, list) -> kept.put(resource, List.copyOf(list)));
        return calls.each(kept.keySet(), calls.named(ConfigResource::broker), (broker, part, turn) -> calls.call(
                        broker,
                        IncrementalAlterConfigsRequest.builder()
                                .resources(part.stream()
                                        .map(resource -> asked(resource, kept.get(resource)))
                                        .toList())
                                .validateOnly(validateOnly)
                                .build(),
                        turn)
                .thenApply(answer -> {
                    Map<ConfigResource, ItemResult<Done>> results = new LinkedHashMap<>();
                    answer.responses().forEach(told -> find(part, told.resourceType(), told.resourceName())
                            .ifPresent(resource -> results.put(
                                    resource,
                                    Joined.done(
                                            told.errorCode(),
                                            told.errorMessage(),
                                            "The settings of " + resource + " stay as they are"))));
                    return results;
                }));
    }

    private static IncrementalAlterConfigsRequest.Resource asked(ConfigResource resource, List<ConfigChange> changes) {
        return IncrementalAlterConfigsRequest.Resource.builder()
                .resourceType(resource.type().code())
                .resourceName(resource.name())
                .configs(changes.stream()
                        .map(change -> new Config(
                                change.key(),
                                change.operation().code(),
                                change.value().orElse(null)))
                        .toList())
                .build();
    }
}
