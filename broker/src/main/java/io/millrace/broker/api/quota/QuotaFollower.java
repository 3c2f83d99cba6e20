package io.millrace.broker.api.quota;

import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterListener;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.quota.QuotaEntity;
import io.millrace.broker.quota.QuotaTable;
import io.millrace.broker.quota.QuotaType;
import io.millrace.broker.quota.Quotas;
import java.util.HashMap;
import java.util.Map;

/** Has this broker keep the quotas that the cluster view shows, whichever broker they were set at. */
public final class QuotaFollower implements ClusterListener {
    private final Quotas quotas;

    public QuotaFollower(Quotas quotas) {
        this.quotas = quotas;
    }

    @Override
    public void onChange(ClusterChange change) {
        if (change.configs().stream().anyMatch(ConfigScope.Client.class::isInstance)) {
            quotas.replace(table(change.after()));
        }
    }

    private static QuotaTable table(ClusterView view) {
        Map<QuotaEntity, Map<QuotaType, Double>> all = new HashMap<>();
        for (ConfigScope scope : view.configScopes()) {
            if (scope instanceof ConfigScope.Client client) {
                all.put(client.entity(), QuotaRules.stored(client.entity(), view.config(scope)));
            }
        }
        return new QuotaTable(all);
    }
}
