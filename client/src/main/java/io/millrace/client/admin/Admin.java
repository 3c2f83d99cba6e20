package io.millrace.client.admin;

import io.millrace.client.ClientConfig;
import io.millrace.client.IsolationLevel;
import io.millrace.client.MillraceException;
import io.millrace.client.net.ClientRuntime;
import io.millrace.client.net.ClusterClient;
import io.millrace.protocol.TopicPartition;
import io.millrace.protocol.Uuid;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * Administers a cluster: one method per request, a result per item.
 *
 * <p>No stage fails: each item has an {@link ItemResult}, which is its value or a {@link MillraceException}, and no failure
 * of one touches another. Maps have an entry for each item, in the order in which items were given. Requests go to whom
 * they concern, leaders, coordinators, single brokers or the controller, split and joined as needed. What may work a
 * moment later (a leader or coordinator that moves, a broker that cannot be reached) is tried again until the time of
 * {@link #within} is over, for those items alone; then the last failure is the result. A topic that brokers do not know is
 * asked for three times, since it may just have been created.
 *
 * <p>After {@link MillraceException.Reason#TIMED_OUT} or UNREACHABLE what was asked for may have happened all the same; so a
 * creation that was tried twice may end with TOPIC_ALREADY_EXISTS.
 *
 * <p>Threading: any thread; every method returns at once. Stages complete on the I/O thread, where nothing may wait.
 */
public final class Admin implements AutoCloseable {
    /** As default.api.timeout.ms of Kafka's admin client. */
    private static final Duration TIME = Duration.ofSeconds(60);

    private final AdminCalls calls;
    private final TopicRequests topics;
    private final ConfigRequests configs;
    private final GroupRequests groups;
    private final GroupOffsetRequests positions;
    private final OffsetRequests offsets;
    private final PlacementRequests placement;
    private final LogDirRequests logDirs;
    private final QuotaRequests quotas;
    private final ClusterRequests clusters;

    private Admin(AdminCalls calls) {
        this.calls = calls;
        this.topics = new TopicRequests(calls);
        this.configs = new ConfigRequests(calls);
        this.groups = new GroupRequests(calls);
        this.positions = new GroupOffsetRequests(calls);
        this.offsets = new OffsetRequests(calls);
        this.placement = new PlacementRequests(calls);
        this.logDirs = new LogDirRequests(calls);
        this.quotas = new QuotaRequests(calls);
        this.clusters = new ClusterRequests(calls);
    }

    /** With an I/O thread of its own. Connects when something is asked for first. */
    public static Admin open(ClientConfig config) {
        return new Admin(new AdminCalls(ClusterClient.open(config, false), TIME));
    }

    /** With the I/O thread of a runtime that several clients share, and that stays open when this is closed. */
    public static Admin open(ClientConfig config, ClientRuntime runtime) {
        return new Admin(new AdminCalls(ClusterClient.open(config, runtime, false), TIME));
    }

    /** The same client, whose requests take so long at most, all attempts together, instead of 60 s. */
    public Admin within(Duration time) {
        return new Admin(calls.within(time));
    }

    // ---- topics

    /** Creates topics. Fails with TOPIC_ALREADY_EXISTS, INVALID_REPLICATION_FACTOR, INVALID_CONFIG and the like. */
    public CompletionStage<Map<String, ItemResult<TopicCreated>>> createTopics(NewTopic... wanted) {
        return topics.create(List.of(wanted), false);
    }

    /** Says what {@link #createTopics} would, and creates nothing. */
    public CompletionStage<Map<String, ItemResult<TopicCreated>>> checkTopics(NewTopic... wanted) {
        return topics.create(List.of(wanted), true);
    }

    /** Deletes topics with all that is in them. */
    public CompletionStage<Map<String, ItemResult<Done>>> deleteTopics(Collection<String> names) {
        return topics.delete(names);
    }

    /** Deletes topics by id: another one that has got the name meanwhile stays (KIP-516). */
    public CompletionStage<Map<Uuid, ItemResult<Done>>> deleteTopicsById(Collection<Uuid> ids) {
        return topics.deleteById(ids);
    }

    /** Adds partitions. Keys then hash to other partitions than before. */
    public CompletionStage<Map<String, ItemResult<Done>>> addPartitions(Map<String, NewPartitions> wanted) {
        return topics.addPartitions(wanted, false);
    }

    /** Says what {@link #addPartitions} would, and adds nothing. */
    public CompletionStage<Map<String, ItemResult<Done>>> checkPartitions(Map<String, NewPartitions> wanted) {
        return topics.addPartitions(wanted, true);
    }

    /** All topics by name, the brokers' own included. */
    public CompletionStage<ItemResult<Map<String, TopicListing>>> listTopics() {
        return topics.list();
    }

    /** Partitions, leaders and replicas. Fails with UNKNOWN_TOPIC_OR_PARTITION. */
    public CompletionStage<Map<String, ItemResult<TopicDescription>>> describeTopics(Collection<String> names) {
        return topics.describe(names);
    }

    /** As {@link #describeTopics}. Fails with UNKNOWN_TOPIC_ID. */
    public CompletionStage<Map<Uuid, ItemResult<TopicDescription>>> describeTopicsById(Collection<Uuid> ids) {
        return topics.describeById(ids);
    }

    // ---- settings

    /** All settings of topics and brokers by key, and where each value comes from (KIP-226). */
    public CompletionStage<Map<ConfigResource, ItemResult<Map<String, ConfigEntry>>>> describeConfigs(
            Collection<ConfigResource> resources) {
        return configs.describe(resources);
    }

    /** Changes settings; of one resource all or none (KIP-339). */
    public CompletionStage<Map<ConfigResource, ItemResult<Done>>> alterConfigs(
            Map<ConfigResource, ? extends Collection<ConfigChange>> changes) {
        return configs.alter(changes, false);
    }

    /** Says what {@link #alterConfigs} would, and changes nothing. */
    public CompletionStage<Map<ConfigResource, ItemResult<Done>>> checkConfigs(
            Map<ConfigResource, ? extends Collection<ConfigChange>> changes) {
        return configs.alter(changes, true);
    }

    // ---- groups

    /** The groups of all brokers; says which brokers did not answer. */
    public CompletionStage<ItemResult<GroupList>> listGroups() {
        return groups.list();
    }

    /** State and members. Fails with GROUP_ID_NOT_FOUND. */
    public CompletionStage<Map<String, ItemResult<GroupDescription>>> describeGroups(Collection<String> ids) {
        return groups.describe(ids);
    }

    /** As {@link #describeGroups}, of one. */
    public CompletionStage<ItemResult<GroupDescription>> describeGroup(String id) {
        return groups.describe(List.of(id)).thenApply(results -> results.get(id));
    }

    /** Deletes groups with their positions. Fails with NON_EMPTY_GROUP, GROUP_ID_NOT_FOUND. */
    public CompletionStage<Map<String, ItemResult<Done>>> deleteGroups(Collection<String> ids) {
        return groups.delete(ids);
    }

    /** All positions of a group; none for a group that is not there. */
    public CompletionStage<ItemResult<Map<TopicPartition, CommittedOffset>>> listGroupOffsets(String group) {
        return positions.list(group);
    }

    /** Sets positions of a group without members. Fails with UNKNOWN_MEMBER_ID if it has some. */
    public CompletionStage<Map<TopicPartition, ItemResult<Done>>> alterGroupOffsets(
            String group, Map<TopicPartition, CommittedOffset> wanted) {
        return positions.alter(group, wanted);
    }

    /** Forgets positions (KIP-496). Fails with GROUP_SUBSCRIBED_TO_TOPIC while members read the topic. */
    public CompletionStage<Map<TopicPartition, ItemResult<Done>>> deleteGroupOffsets(
            String group, Collection<TopicPartition> partitions) {
        return positions.delete(group, partitions);
    }

    // ---- records

    /** Offsets at the start, the end, or a time, as those see them who read uncommitted records. */
    public CompletionStage<Map<TopicPartition, ItemResult<ListedOffset>>> listOffsets(
            Map<TopicPartition, OffsetAt> partitions) {
        return listOffsets(partitions, IsolationLevel.READ_UNCOMMITTED);
    }

    /** Offsets at the start, the end, or a time (KIP-396, KIP-734). */
    public CompletionStage<Map<TopicPartition, ItemResult<ListedOffset>>> listOffsets(
            Map<TopicPartition, OffsetAt> partitions, IsolationLevel isolation) {
        return offsets.list(partitions, isolation);
    }

    /**
     * Deletes all records before an offset, -1 for the high watermark (KIP-107); the value is the offset that partitions
     * begin with now. Fails with OFFSET_OUT_OF_RANGE.
     */
    public CompletionStage<Map<TopicPartition, ItemResult<Long>>> deleteRecords(Map<TopicPartition, Long> before) {
        return offsets.deleteRecords(before);
    }

    // ---- placement

    /** Begins to move partitions to these brokers, the preferred leader first (KIP-455). */
    public CompletionStage<Map<TopicPartition, ItemResult<Done>>> reassign(
            Map<TopicPartition, List<Integer>> replicas) {
        Map<TopicPartition, Optional<List<Integer>>> targets = new LinkedHashMap<>();
        replicas.forEach((partition, brokers) -> targets.put(partition, Optional.of(List.copyOf(brokers))));
        return placement.reassign(targets);
    }

    /** Undoes moves that are under way. Fails with NO_REASSIGNMENT_IN_PROGRESS. */
    public CompletionStage<Map<TopicPartition, ItemResult<Done>>> cancelReassignments(Set<TopicPartition> partitions) {
        Map<TopicPartition, Optional<List<Integer>>> targets = new LinkedHashMap<>();
        partitions.forEach(partition -> targets.put(partition, Optional.empty()));
        return placement.reassign(targets);
    }

    /** All moves that are under way. */
    public CompletionStage<ItemResult<Map<TopicPartition, Reassignment>>> listReassignments() {
        return placement.listReassignments();
    }

    /** Elects leaders (KIP-460). Fails with PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE. */
    public CompletionStage<Map<TopicPartition, ItemResult<Elected>>> electLeaders(
            Election election, Collection<TopicPartition> partitions) {
        return placement.elect(election, partitions);
    }

    /** As {@link #electLeaders} for all partitions; tells of those where there was something to do. */
    public CompletionStage<ItemResult<Map<TopicPartition, ItemResult<Elected>>>> electAllLeaders(Election election) {
        return placement.electAll(election);
    }

    /** The log directories of brokers by path, and the replicas in them (KIP-113). */
    public CompletionStage<Map<Integer, ItemResult<Map<String, ItemResult<LogDir>>>>> describeLogDirs(
            Collection<Integer> brokers) {
        return logDirs.describe(brokers);
    }

    /** Begins to move replicas to other directories of their brokers, given by path. Fails with LOG_DIR_NOT_FOUND. */
    public CompletionStage<Map<BrokerReplica, ItemResult<Done>>> alterReplicaLogDirs(Map<BrokerReplica, String> paths) {
        return logDirs.alter(paths);
    }

    // ---- the cluster

    /** Its id, its controller and its brokers (KIP-700). */
    public CompletionStage<ItemResult<ClusterDescription>> describeCluster() {
        return clusters.describe();
    }

    /** Quotas of users and client ids by key (KIP-546). */
    public CompletionStage<ItemResult<Map<QuotaEntity, Map<String, Double>>>> describeQuotas(QuotaFilter filter) {
        return quotas.describe(filter);
    }

    /** Changes quotas; of one entity all or none. */
    public CompletionStage<Map<QuotaEntity, ItemResult<Done>>> alterQuotas(
            Map<QuotaEntity, ? extends Collection<QuotaChange>> changes) {
        return quotas.alter(changes, false);
    }

    /** Ends the connections; what has not ended fails with CLOSED. Views of {@link #within} are closed, too. */
    @Override
    public void close() {
        calls.close();
    }
}
