package io.millrace.broker.replica;

import io.millrace.broker.cluster.ClusterChange;
import io.millrace.broker.cluster.ClusterListener;
import io.millrace.broker.cluster.ClusterView;
import io.millrace.broker.cluster.ConfigScope;
import io.millrace.broker.cluster.DynamicSettings;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.log.TopicSetting;
import io.millrace.broker.log.TopicSettings;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.ReplicationQuotas;
import io.millrace.broker.quota.ReplicationThrottle;
import io.millrace.broker.quota.ThrottledReplicas;
import java.util.List;

/** Has this broker hold back the replicas that topics name, to the rates that are set for it, wherever they were set. */
public final class ThrottleSettings implements ClusterListener {
    private final int self;
    private final ReplicationQuotas quotas;
    private final ReplicationThrottle moves;

    /** @param moves of replicas between log directories */
    public ThrottleSettings(int self, ReplicationQuotas quotas, ReplicationThrottle moves) {
        this.self = self;
        this.quotas = quotas;
        this.moves = moves;
    }

    @Override
    public void onChange(ClusterChange change) {
        ClusterView view = change.after();
        for (ConfigScope scope : change.configs()) {
            if (scope instanceof ConfigScope.Topic topic) {
                hold(quotas.leading(), topic, TopicSettings.LEADER_THROTTLED, view);
                hold(quotas.following(), topic, TopicSettings.FOLLOWER_THROTTLED, view);
            } else if (scope.equals(new ConfigScope.Broker(self)) || scope instanceof ConfigScope.AllBrokers) {
                quotas.leading().limit(rate(QuotaConfig.LEADER_RATE, view));
                quotas.following().limit(rate(QuotaConfig.FOLLOWER_RATE, view));
                moves.limit(rate(QuotaConfig.MOVE_RATE, view));
            }
        }
    }

    private long rate(Setting<Long> setting, ClusterView view) {
        return DynamicSettings.of(view, self, setting, ReplicationThrottle.UNLIMITED);
    }

    private void hold(
            ReplicationThrottle throttle,
            ConfigScope.Topic topic,
            TopicSetting<List<String>> setting,
            ClusterView view) {
        String text = view.config(topic).getOrDefault(setting.name(), "");
        throttle.hold(topic.name(), replicas(setting.setting(), text));
    }

    /** What others wrote may be no list of replicas: then none is held back. */
    private ThrottledReplicas replicas(Setting<List<String>> setting, String text) {
        try {
            return ThrottledReplicas.on(self, setting.parse(text));
        } catch (InvalidSettingException e) {
            return ThrottledReplicas.NONE;
        }
    }
}
