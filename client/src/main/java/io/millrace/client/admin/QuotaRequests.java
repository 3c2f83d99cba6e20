package io.millrace.client.admin;

import io.millrace.protocol.message.AlterClientQuotasRequest;
import io.millrace.protocol.message.AlterClientQuotasResponse;
import io.millrace.protocol.message.DescribeClientQuotasRequest;
import io.millrace.protocol.message.DescribeClientQuotasResponse;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/** DescribeClientQuotas at any broker, AlterClientQuotas at the controller (KIP-546). Threading: any. */
final class QuotaRequests {
    private final AdminCalls calls;

    QuotaRequests(AdminCalls calls) {
        this.calls = calls;
    }

    CompletionStage<ItemResult<Map<QuotaEntity, Map<String, Double>>>> describe(QuotaFilter filter) {
        DescribeClientQuotasRequest request = DescribeClientQuotasRequest.builder()
                .components(filter.parts().stream()
                        .map(part -> new DescribeClientQuotasRequest.Component(
                                part.type(), part.match().code(), part.name().orElse(null)))
                        .toList())
                .strict(filter.strict())
                .build();
        return calls.one(filter, calls.any(), (broker, items, turn) -> calls.call(broker, request, turn)
                .thenApply(answer -> Map.of(
                        filter,
                        Joined.result(
                                answer.errorCode(),
                                answer.errorMessage(),
                                "The quotas cannot be told",
                                () -> described(answer)))));
    }

    private static Map<QuotaEntity, Map<String, Double>> described(DescribeClientQuotasResponse answer) {
        Map<QuotaEntity, Map<String, Double>> quotas = new LinkedHashMap<>();
        for (DescribeClientQuotasResponse.Entry entry : answer.entries()) {
            Map<String, Optional<String>> parts = new HashMap<>();
            entry.entity().forEach(part -> parts.put(part.entityType(), Optional.ofNullable(part.entityName())));
            Map<String, Double> values = new TreeMap<>();
            entry.values().forEach(value -> values.put(value.key(), value.value()));
            quotas.put(new QuotaEntity(parts), Collections.unmodifiableMap(values));
        }
        return Collections.unmodifiableMap(quotas);
    }

    CompletionStage<Map<QuotaEntity, ItemResult<Done>>> alter(
            Map<QuotaEntity, ? extends Collection<QuotaChange>> changes, boolean validateOnly) {
        Map<QuotaEntity, List<QuotaChange>> kept = new LinkedHashMap<>();
        changes.forEach((entity, list) -> kept.put(entity, List.copyOf(list)));
        return calls.each(kept.keySet(), calls.controller(), (broker, part, turn) -> calls.call(
                        broker,
                        new AlterClientQuotasRequest(
                                part.stream()
                                        .map(entity -> asked(entity, kept.get(entity)))
                                        .toList(),
                                validateOnly),
                        turn)
                .thenApply(QuotaRequests::altered));
    }

    private static AlterClientQuotasRequest.Entry asked(QuotaEntity entity, List<QuotaChange> changes) {
        return new AlterClientQuotasRequest.Entry(
                entity.parts().entrySet().stream()
                        .map(part -> new AlterClientQuotasRequest.Entry.Entity(
                                part.getKey(), part.getValue().orElse(null)))
                        .toList(),
                changes.stream()
                        .map(change -> new AlterClientQuotasRequest.Entry.Op(
                                change.key(),
                                change.value().orElse(0),
                                change.value().isEmpty()))
                        .toList());
    }

    private static Map<QuotaEntity, ItemResult<Done>> altered(AlterClientQuotasResponse answer) {
        Map<QuotaEntity, ItemResult<Done>> results = new LinkedHashMap<>();
        for (AlterClientQuotasResponse.Entry told : answer.entries()) {
            Map<String, Optional<String>> parts = new HashMap<>();
            told.entity().forEach(part -> parts.put(part.entityType(), Optional.ofNullable(part.entityName())));
            QuotaEntity entity = new QuotaEntity(parts);
            results.put(
                    entity,
                    Joined.done(
                            told.errorCode(), told.errorMessage(), "The quotas of " + entity + " stay as they are"));
        }
        return results;
    }
}
