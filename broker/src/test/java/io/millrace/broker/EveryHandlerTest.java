package io.millrace.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.millrace.broker.coordinator.Answer;
import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.ErrorCode;
import io.millrace.protocol.message.AlterClientQuotasRequest;
import io.millrace.protocol.message.AlterConfigsRequest;
import io.millrace.protocol.message.AlterPartitionReassignmentsRequest;
import io.millrace.protocol.message.AlterReplicaLogDirsRequest;
import io.millrace.protocol.message.ApiKey;
import io.millrace.protocol.message.ApiVersionsRequest;
import io.millrace.protocol.message.CreatePartitionsRequest;
import io.millrace.protocol.message.CreateTopicsRequest;
import io.millrace.protocol.message.DeleteGroupsRequest;
import io.millrace.protocol.message.DeleteRecordsRequest;
import io.millrace.protocol.message.DeleteTopicsRequest;
import io.millrace.protocol.message.DescribeClientQuotasRequest;
import io.millrace.protocol.message.DescribeClusterRequest;
import io.millrace.protocol.message.DescribeConfigsRequest;
import io.millrace.protocol.message.DescribeGroupsRequest;
import io.millrace.protocol.message.DescribeLogDirsRequest;
import io.millrace.protocol.message.DescribeProducersRequest;
import io.millrace.protocol.message.DescribeTopicPartitionsRequest;
import io.millrace.protocol.message.ElectLeadersRequest;
import io.millrace.protocol.message.FetchRequest;
import io.millrace.protocol.message.FindCoordinatorRequest;
import io.millrace.protocol.message.HeartbeatRequest;
import io.millrace.protocol.message.IncrementalAlterConfigsRequest;
import io.millrace.protocol.message.InitProducerIdRequest;
import io.millrace.protocol.message.JoinGroupRequest;
import io.millrace.protocol.message.LeaveGroupRequest;
import io.millrace.protocol.message.ListGroupsRequest;
import io.millrace.protocol.message.ListOffsetsRequest;
import io.millrace.protocol.message.ListPartitionReassignmentsRequest;
import io.millrace.protocol.message.MetadataRequest;
import io.millrace.protocol.message.MirrorAppendRequest;
import io.millrace.protocol.message.OffsetCommitRequest;
import io.millrace.protocol.message.OffsetDeleteRequest;
import io.millrace.protocol.message.OffsetFetchRequest;
import io.millrace.protocol.message.OffsetForLeaderEpochRequest;
import io.millrace.protocol.message.ProduceRequest;
import io.millrace.protocol.message.SyncGroupRequest;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every handler of the table answers the emptiest request at every version that it serves, in that version's form. */
class EveryHandlerTest {
    private static final Map<ApiKey, ApiMessage> EMPTIEST = new EnumMap<>(ApiKey.class);

    static {
        EMPTIEST.put(ApiKey.PRODUCE, ProduceRequest.builder().acks((short) 1).build());
        EMPTIEST.put(ApiKey.FETCH, FetchRequest.builder().build());
        EMPTIEST.put(ApiKey.LIST_OFFSETS, ListOffsetsRequest.builder().build());
        EMPTIEST.put(
                ApiKey.METADATA, MetadataRequest.builder().topics(List.of()).build());
        EMPTIEST.put(ApiKey.OFFSET_COMMIT, OffsetCommitRequest.builder().build());
        EMPTIEST.put(ApiKey.OFFSET_FETCH, OffsetFetchRequest.builder().build());
        EMPTIEST.put(ApiKey.FIND_COORDINATOR, FindCoordinatorRequest.builder().build());
        EMPTIEST.put(ApiKey.JOIN_GROUP, JoinGroupRequest.builder().build());
        EMPTIEST.put(ApiKey.HEARTBEAT, HeartbeatRequest.builder().build());
        EMPTIEST.put(ApiKey.LEAVE_GROUP, LeaveGroupRequest.builder().build());
        EMPTIEST.put(ApiKey.SYNC_GROUP, SyncGroupRequest.builder().build());
        EMPTIEST.put(ApiKey.DESCRIBE_GROUPS, DescribeGroupsRequest.builder().build());
        EMPTIEST.put(ApiKey.LIST_GROUPS, ListGroupsRequest.builder().build());
        EMPTIEST.put(ApiKey.API_VERSIONS, ApiVersionsRequest.builder().build());
        EMPTIEST.put(ApiKey.CREATE_TOPICS, CreateTopicsRequest.builder().build());
        EMPTIEST.put(ApiKey.DELETE_TOPICS, DeleteTopicsRequest.builder().build());
        EMPTIEST.put(ApiKey.DELETE_RECORDS, DeleteRecordsRequest.builder().build());
        EMPTIEST.put(ApiKey.INIT_PRODUCER_ID, InitProducerIdRequest.builder().build());
        EMPTIEST.put(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                OffsetForLeaderEpochRequest.builder().build());
        EMPTIEST.put(ApiKey.DESCRIBE_CONFIGS, DescribeConfigsRequest.builder().build());
        EMPTIEST.put(ApiKey.ALTER_CONFIGS, AlterConfigsRequest.builder().build());
        EMPTIEST.put(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                AlterReplicaLogDirsRequest.builder().build());
        EMPTIEST.put(ApiKey.DESCRIBE_LOG_DIRS, DescribeLogDirsRequest.builder().build());
        EMPTIEST.put(ApiKey.CREATE_PARTITIONS, CreatePartitionsRequest.builder().build());
        EMPTIEST.put(ApiKey.DELETE_GROUPS, DeleteGroupsRequest.builder().build());
        EMPTIEST.put(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                IncrementalAlterConfigsRequest.builder().build());
        EMPTIEST.put(
                ApiKey.DESCRIBE_CLIENT_QUOTAS,
                DescribeClientQuotasRequest.builder().build());
        EMPTIEST.put(
                ApiKey.ALTER_CLIENT_QUOTAS, AlterClientQuotasRequest.builder().build());
        EMPTIEST.put(
                ApiKey.ELECT_LEADERS,
                ElectLeadersRequest.builder().topicPartitions(List.of()).build());
        EMPTIEST.put(
                ApiKey.ALTER_PARTITION_REASSIGNMENTS,
                AlterPartitionReassignmentsRequest.builder().build());
        EMPTIEST.put(
                ApiKey.LIST_PARTITION_REASSIGNMENTS,
                ListPartitionReassignmentsRequest.builder().build());
        EMPTIEST.put(ApiKey.OFFSET_DELETE, OffsetDeleteRequest.builder().build());
        EMPTIEST.put(ApiKey.DESCRIBE_CLUSTER, DescribeClusterRequest.builder().build());
        EMPTIEST.put(
                ApiKey.DESCRIBE_PRODUCERS, DescribeProducersRequest.builder().build());
        EMPTIEST.put(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                DescribeTopicPartitionsRequest.builder().build());
        EMPTIEST.put(ApiKey.MIRROR_APPEND, MirrorAppendRequest.builder().build());
    }

    @ParameterizedTest
    @EnumSource(ApiKey.class)
    void answersTheEmptiestRequest(ApiKey key, @TempDir Path directory) {
        ApiMessage request = EMPTIEST.get(key);
        assertNotNull(request, "a new API wants its line above");
        try (BrokerHouse house = new BrokerHouse(directory)) {
            house.replica.topic("t", 1);
            house.replica.topic("__consumer_offsets", 1);
            for (int version = key.lowestServed(); version <= key.highestVersion(); version++) {
                Answer<ApiMessage> answer = house.later(key, key::readResponse, version, request);
                house.workers.runAll();
                assertEquals(ErrorCode.NONE, answer.error(), key + " version " + version);
            }
        }
    }
}
