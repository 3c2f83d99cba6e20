package io.millrace.broker.api.quota;

import io.millrace.broker.api.Failures;
import io.millrace.broker.api.Repeated;
import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.api.Stages;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.message.AlterClientQuotasRequest;
import io.millrace.protocol.message.AlterClientQuotasResponse;
import io.millrace.protocol.message.AlterClientQuotasResponse.Entry;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** AlterClientQuotas, key 49, versions 0-1: sets and removes quotas, each entity for itself. */
public final class AlterClientQuotasHandler
        implements RequestHandler<AlterClientQuotasRequest, AlterClientQuotasResponse> {
    private final ClusterStore cluster;

    public AlterClientQuotasHandler(ClusterStore cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<AlterClientQuotasResponse> handle(RequestContext context, AlterClientQuotasRequest request) {
        Set<Set<AlterClientQuotasRequest.Entry.Entity>> twice =
                Repeated.in(request.entries().stream().map(entry -> Set.copyOf(entry.entity())));
        return Stages.all(request.entries().stream()
                        .map(entry -> alter(entry, twice.contains(Set.copyOf(entry.entity())), request.validateOnly()))
                        .toList())
                .thenApply(entries ->
                        AlterClientQuotasResponse.builder().entries(entries).build());
    }

    private CompletionStage<Entry> alter(AlterClientQuotasRequest.Entry entry, boolean twice, boolean validateOnly) {
        try {
            QuotaEntity entity = entity(entry);
            if (twice) {
                throw QuotaRules.refused("The request changes this entity twice");
            }
            QuotaRules.check(entry.ops());
            if (validateOnly || entry.ops().isEmpty()) {
                return CompletableFuture.completedFuture(answer(entry).build());
            }
            return cluster.changeConfig(
                            new ConfigScope.Client(entity), before -> QuotaRules.changed(before, entry.ops()))
                    .handle((written, failure) ->
                            failure == null ? answer(entry).build() : failed(entry, Failures.of(failure)));
        } catch (ApiException e) {
            return CompletableFuture.completedFuture(failed(entry, e));
        }
    }

    private static QuotaEntity entity(AlterClientQuotasRequest.Entry entry) {
        QuotaNames.Parts parts = new QuotaNames.Parts();
        entry.entity().forEach(part -> parts.add(part.entityType(), part.entityName()));
        return parts.entity();
    }

    private static Entry failed(AlterClientQuotasRequest.Entry entry, ApiException why) {
        return answer(entry)
                .errorCode(why.error())
                .errorMessage(why.getMessage())
                .build();
    }

    private static Entry.Builder answer(AlterClientQuotasRequest.Entry entry) {
        List<Entry.Entity> entity = entry.entity().stream()
                .map(part -> new Entry.Entity(part.entityType(), part.entityName()))
                .toList();
        return Entry.builder().entity(entity);
    }
}
