package io.millrace.broker;

import io.millrace.broker.api.TopicCreation;
import io.millrace.broker.api.admin.DeleteTopicsHandler;
import io.millrace.broker.api.data.FetchHandler;
import io.millrace.broker.cluster.TopicDefaults;
import io.millrace.broker.cluster.zk.ZkConfig;
import io.millrace.broker.config.InvalidSettingException;
import io.millrace.broker.config.Setting;
import io.millrace.broker.config.Settings;
import io.millrace.broker.group.GroupConfig;
import io.millrace.broker.lag.LagConfig;
import io.millrace.broker.log.LogConfig;
import io.millrace.broker.log.LogsConfig;
import io.millrace.broker.log.TopicSettings;
import io.millrace.broker.net.ListenerAddress;
import io.millrace.broker.net.NetConfig;
import io.millrace.broker.net.admin.AdminConfig;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.replica.ReplicaConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Everything that an operator can set, read and checked before anything starts. */
record BrokerConfig(
        Settings settings,
        int brokerId,
        Optional<String> rack,
        NetConfig net,
        AdminConfig admin,
        Optional<Integer> jmxPort,
        LogsConfig logs,
        LogConfig topicDefaults,
        ZkConfig zooKeeper,
        TopicDefaults newTopics,
        GroupConfig groups,
        QuotaConfig quotas,
        LagConfig lag,
        ReplicaConfig replication) {
    static final Setting<Integer> BROKER_ID =
            Setting.ofInt("broker.id", 1, 0, Integer.MAX_VALUE, "Id of this broker, unique in its cluster.");
    static final Setting<Integer> NODE_ID =
            Setting.ofInt("node.id", 1, 0, Integer.MAX_VALUE, "Another name of broker.id, as newer Kafka calls it.");
    static final Setting<Integer> JMX_PORT = Setting.ofInt(
            "jmx.port",
            0,
            0,
            65_535,
            "Port at which JMX is open to other hosts, without a password; 0: none. JMX_PORT in the environment does the"
                    + " same.");
    static final Setting<String> RACK = Setting.ofString("broker.rack", "", "Where this broker stands.");

    /**
     * Reads the settings of all rooms.
     *
     * @throws InvalidSettingException naming the first one that cannot be used
     */
    static BrokerConfig from(Settings settings) {
        BrokerConfig config = new BrokerConfig(
                settings,
                settings.find(BROKER_ID).or(() -> settings.find(NODE_ID)).orElse(BROKER_ID.defaultValue()),
                Optional.of(settings.get(RACK)).filter(rack -> !rack.isEmpty()),
                NetConfig.from(settings),
                admin(settings),
                Optional.of(settings.find(JMX_PORT).orElseGet(BrokerConfig::jmxPortOfEnvironment))
                        .filter(port -> port > 0),
                LogsConfig.from(settings),
                LogConfig.from(settings),
                ZkConfig.from(settings),
                TopicDefaults.from(settings),
                GroupConfig.from(settings),
                QuotaConfig.from(settings),
                LagConfig.from(settings),
                ReplicaConfig.from(settings));
        allSettings().forEach(settings::get); // those that handlers read later must be right now
        return config;
    }

    /** Kafka's way of asking for it. */
    private static int jmxPortOfEnvironment() {
        String port = System.getenv("JMX_PORT");
        return port == null || port.isBlank() ? JMX_PORT.defaultValue() : JMX_PORT.parse(port);
    }

    private static AdminConfig admin(Settings settings) {
        ListenerAddress first = NetConfig.from(settings).listeners().get(0);
        return AdminConfig.from(settings, first.host(), first.port());
    }

    /** Every setting that has an effect, each once. */
    static List<Setting<?>> allSettings() {
        List<Setting<?>> all = new ArrayList<>(
                List.of(BROKER_ID, NODE_ID, RACK, JMX_PORT, LogOutput.FORMAT, DeleteTopicsHandler.ENABLED));
        all.addAll(NetConfig.SETTINGS);
        all.addAll(AdminConfig.SETTINGS);
        all.addAll(LogsConfig.settings());
        all.addAll(TopicSettings.ofBroker());
        all.addAll(ZkConfig.SETTINGS);
        all.addAll(TopicDefaults.SETTINGS);
        all.addAll(ReplicaConfig.SETTINGS);
        all.addAll(GroupConfig.SETTINGS);
        all.addAll(QuotaConfig.SETTINGS);
        all.addAll(LagConfig.SETTINGS);
        all.addAll(FetchHandler.SETTINGS);
        all.addAll(TopicCreation.SETTINGS);
        TreeMap<String, Setting<?>> byName = new TreeMap<>();
        all.forEach(setting -> byName.putIfAbsent(setting.name(), setting));
        return List.copyOf(byName.values());
    }
}
