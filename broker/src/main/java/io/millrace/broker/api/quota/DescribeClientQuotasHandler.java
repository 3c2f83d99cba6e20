package io.millrace.broker.api.quota;

import io.millrace.broker.api.RequestContext;
import io.millrace.broker.api.RequestHandler;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaEntity.Name;
import io.millrace.broker.quota.QuotaType;
import io.millrace.protocol.ApiException;
import io.millrace.protocol.message.DescribeClientQuotasRequest;
import io.millrace.protocol.message.DescribeClientQuotasResponse;
import io.millrace.protocol.message.DescribeClientQuotasResponse.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** DescribeClientQuotas, key 48, versions 0-1: the quotas of the entities that a filter lets through. */
public final class DescribeClientQuotasHandler
        implements RequestHandler<DescribeClientQuotasRequest, DescribeClientQuotasResponse> {
    private final ClusterStore cluster;

    public DescribeClientQuotasHandler(ClusterStore cluster) {
        this.cluster = cluster;
    }

    @Override
    public CompletionStage<DescribeClientQuotasResponse> handle(
            RequestContext context, DescribeClientQuotasRequest request) {
        DescribeClientQuotasResponse.Builder response = DescribeClientQuotasResponse.builder();
        try {
            response.entries(entries(new QuotaFilter(request)));
        } catch (ApiException e) {
            response.errorCode(e.error()).errorMessage(e.getMessage()).entries(null);
        }
        return CompletableFuture.completedFuture(response.build());
    }

    private List<Entry> entries(QuotaFilter filter) {
        ClusterView view = cluster.view();
        List<Entry> entries = new ArrayList<>();
        for (ConfigScope scope : view.configScopes()) {
            if (scope instanceof ConfigScope.Client client && filter.fits(client.entity())) {
                Map<QuotaType, Double> quotas = QuotaRules.stored(client.entity(), view.config(scope));
                if (!quotas.isEmpty()) {
                    entries.add(new Entry(parts(client.entity()), values(quotas)));
                }
            }
        }
        return entries;
    }

    private static List<Entry.Entity> parts(QuotaEntity entity) {
        List<Entry.Entity> parts = new ArrayList<>(2);
        addPart(parts, QuotaNames.USER, entity.user());
        addPart(parts, QuotaNames.CLIENT_ID, entity.clientId());
        return parts;
    }

    private static void addPart(List<Entry.Entity> parts, String type, Name name) {
        if (name instanceof Name.Exact exact) {
            parts.add(new Entry.Entity(type, exact.name()));
        } else if (name instanceof Name.Default) {
            parts.add(new Entry.Entity(type, null));
        }
    }

    private static List<Entry.Value> values(Map<QuotaType, Double> quotas) {
        return quotas.entrySet().stream()
                .map(quota -> new Entry.Value(quota.getKey().key(), quota.getValue()))
                .toList();
    }
}
