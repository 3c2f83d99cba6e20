package io.millrace.broker;

import io.millrace.broker.api.Handlers;
import io.millrace.broker.api.TopicCreation;
import io.millrace.broker.api.admin.AlterConfigsHandler;
import io.millrace.broker.api.admin.AlterPartitionReassignmentsHandler;
import io.millrace.broker.api.admin.AlterReplicaLogDirsHandler;
import io.millrace.broker.api.admin.Audit;
import io.millrace.broker.api.admin.ConfigCatalog;
import io.millrace.broker.api.admin.ConfigChanges;
import io.millrace.broker.api.admin.CreatePartitionsHandler;
import io.millrace.broker.api.admin.CreateTopicsHandler;
import io.millrace.broker.api.admin.DeleteTopicsHandler;
import io.millrace.broker.api.admin.DescribeConfigsHandler;
import io.millrace.broker.api.admin.DescribeLogDirsHandler;
import io.millrace.broker.api.admin.ElectLeadersHandler;
import io.millrace.broker.api.admin.IncrementalAlterConfigsHandler;
import io.millrace.broker.api.admin.ListPartitionReassignmentsHandler;
import io.millrace.broker.api.admin.LoggerConfigs;
import io.millrace.broker.api.data.DeleteRecordsHandler;
import io.millrace.broker.api.data.DescribeProducersHandler;
import io.millrace.broker.api.data.FetchHandler;
import io.millrace.broker.api.data.InitProducerIdHandler;
import io.millrace.broker.api.data.LeaderHints;
import io.millrace.broker.api.data.ListOffsetsHandler;
import io.millrace.broker.api.data.MirrorAppendHandler;
import io.millrace.broker.api.data.OffsetForLeaderEpochHandler;
import io.millrace.broker.api.data.ProduceHandler;
import io.millrace.broker.api.group.DeleteGroupsHandler;
import io.millrace.broker.api.group.DescribeGroupsHandler;
import io.millrace.broker.api.group.HeartbeatHandler;
import io.millrace.broker.api.group.JoinGroupHandler;
import io.millrace.broker.api.group.LeaveGroupHandler;
import io.millrace.broker.api.group.ListGroupsHandler;
import io.millrace.broker.api.group.OffsetCommitHandler;
import io.millrace.broker.api.group.OffsetDeleteHandler;
import io.millrace.broker.api.group.OffsetFetchHandler;
import io.millrace.broker.api.group.SyncGroupHandler;
import io.millrace.broker.api.meta.Addresses;
import io.millrace.broker.api.meta.ApiVersionsHandler;
import io.millrace.broker.api.meta.DescribeClusterHandler;
import io.millrace.broker.api.meta.DescribeTopicPartitionsHandler;
import io.millrace.broker.api.meta.FindCoordinatorHandler;
import io.millrace.broker.api.meta.MetadataHandler;
import io.millrace.broker.api.meta.Succession;
import io.millrace.broker.api.quota.AlterClientQuotasHandler;
import io.millrace.broker.api.quota.DescribeClientQuotasHandler;
import io.millrace.broker.api.quota.Throttling;
import io.millrace.broker.cluster.ClusterStore;
import io.millrace.broker.cluster.Cordon;
import io.millrace.broker.cluster.TopicChanges;
import io.millrace.broker.config.Setting;
import io.millrace.broker.group.GroupCoordinator;
import io.millrace.broker.log.Logs;
import io.millrace.broker.quota.QuotaConfig;
import io.millrace.broker.quota.Quotas;
import io.millrace.broker.replica.BatchRewriting;
import io.millrace.broker.replica.ConversionMemory;
import io.millrace.broker.replica.Leadership;
import io.millrace.broker.replica.Partitions;
import io.millrace.broker.txn.ProducerIds;
import io.millrace.protocol.message.ApiKey;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;

/** All handlers and what each is given. */
record HandlerTable(
        BrokerConfig config,
        ClusterStore cluster,
        Logs logs,
        Partitions partitions,
        Leadership leadership,
        GroupCoordinator groups,
        TopicChanges changes,
        FetchHandler fetch,
        ConversionMemory conversions,
        Quotas quotas,
        ScheduledExecutorService timer,
        Clock clock) {

    Handlers build() {
        int self = config.brokerId();
        Handlers.Builder table = new Handlers.Builder();
        addData(table, self);
        addMeta(table, self);
        addAdmin(table, self);
        addGroups(table);
        return table.add(
                        ApiKey.API_VERSIONS, new ApiVersionsHandler(self, cluster, table.keysWith(ApiKey.API_VERSIONS)))
                .wrap(Audit::around)
                .wrap(new Throttling(quotas)::around)
                .build();
    }

    private void addData(Handlers.Builder table, int self) {
        Addresses addresses = new Addresses(self, !config.net().advertised().isEmpty());
        table.add(
                        ApiKey.PRODUCE,
                        new ProduceHandler(
                                cluster,
                                partitions,
                                clock,
                                timer,
                                new BatchRewriting(conversions),
                                new LeaderHints(cluster, addresses)))
                .add(ApiKey.FETCH, fetch)
                .add(ApiKey.LIST_OFFSETS, new ListOffsetsHandler(partitions))
                .add(ApiKey.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpochHandler(partitions))
                .add(ApiKey.DELETE_RECORDS, new DeleteRecordsHandler(partitions))
                .add(ApiKey.MIRROR_APPEND, new MirrorAppendHandler(partitions, leadership, timer))
                .add(ApiKey.DESCRIBE_PRODUCERS, new DescribeProducersHandler(partitions))
                .add(ApiKey.INIT_PRODUCER_ID, new InitProducerIdHandler(new ProducerIds(cluster)));
    }

    private void addMeta(Handlers.Builder table, int self) {
        Addresses addresses = new Addresses(self, !config.net().advertised().isEmpty());
        TopicCreation creation = new TopicCreation(config.settings(), changes);
        Succession succession =
                new Succession(cluster, leadership::isBeingSucceeded, leadership::isAboutToLead, leadership::caughtUp);
        table.add(ApiKey.METADATA, new MetadataHandler(cluster, addresses, creation, succession))
                .add(ApiKey.DESCRIBE_CLUSTER, new DescribeClusterHandler(cluster, addresses))
                .add(ApiKey.DESCRIBE_TOPIC_PARTITIONS, new DescribeTopicPartitionsHandler(cluster, addresses))
                .add(
                        ApiKey.FIND_COORDINATOR,
                        new FindCoordinatorHandler(cluster, addresses, creation, groups, succession));
    }

    private void addAdmin(Handlers.Builder table, int self) {
        List<Setting<?>> brokerSettings = new ArrayList<>(BrokerConfig.allSettings());
        brokerSettings.add(Cordon.CORDONED);
        brokerSettings.addAll(QuotaConfig.DYNAMIC);
        ConfigCatalog catalog = new ConfigCatalog(config.settings(), brokerSettings);
        ConfigChanges settings = new ConfigChanges(self, cluster, brokerSettings);
        LoggerConfigs loggers = new LoggerConfigs(self, new LogbackLevels());
        boolean deletion = config.settings().get(DeleteTopicsHandler.ENABLED);
        table.add(ApiKey.CREATE_TOPICS, new CreateTopicsHandler(self, cluster, changes, catalog, leadership::caughtUp))
                .add(ApiKey.DELETE_TOPICS, new DeleteTopicsHandler(cluster, changes, deletion, leadership::caughtUp))
                .add(ApiKey.CREATE_PARTITIONS, new CreatePartitionsHandler(changes, leadership::caughtUp))
                .add(ApiKey.ELECT_LEADERS, new ElectLeadersHandler(cluster, leadership))
                .add(ApiKey.ALTER_PARTITION_REASSIGNMENTS, new AlterPartitionReassignmentsHandler(cluster))
                .add(ApiKey.LIST_PARTITION_REASSIGNMENTS, new ListPartitionReassignmentsHandler(cluster))
                .add(ApiKey.DESCRIBE_CONFIGS, new DescribeConfigsHandler(self, cluster, catalog, loggers))
                .add(ApiKey.ALTER_CONFIGS, new AlterConfigsHandler(settings))
                .add(ApiKey.INCREMENTAL_ALTER_CONFIGS, new IncrementalAlterConfigsHandler(settings, catalog, loggers))
                .add(ApiKey.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotasHandler(cluster))
                .add(ApiKey.ALTER_CLIENT_QUOTAS, new AlterClientQuotasHandler(cluster))
                .add(ApiKey.ALTER_REPLICA_LOG_DIRS, new AlterReplicaLogDirsHandler(logs))
                .add(ApiKey.DESCRIBE_LOG_DIRS, new DescribeLogDirsHandler(logs));
    }

    private void addGroups(Handlers.Builder table) {
        table.add(ApiKey.JOIN_GROUP, new JoinGroupHandler(groups))
                .add(ApiKey.SYNC_GROUP, new SyncGroupHandler(groups))
                .add(ApiKey.HEARTBEAT, new HeartbeatHandler(groups))
                .add(ApiKey.LEAVE_GROUP, new LeaveGroupHandler(groups))
                .add(ApiKey.OFFSET_COMMIT, new OffsetCommitHandler(groups, new ViewTopics(cluster)))
                .add(ApiKey.OFFSET_FETCH, new OffsetFetchHandler(groups, new ViewTopics(cluster)))
                .add(ApiKey.OFFSET_DELETE, new OffsetDeleteHandler(groups))
                .add(ApiKey.LIST_GROUPS, new ListGroupsHandler(groups))
                .add(ApiKey.DESCRIBE_GROUPS, new DescribeGroupsHandler(groups))
                .add(ApiKey.DELETE_GROUPS, new DeleteGroupsHandler(groups));
    }
}
