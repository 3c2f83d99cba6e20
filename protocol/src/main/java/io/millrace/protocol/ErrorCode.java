package io.millrace.protocol;

/** The error codes of the protocol, each with its meaning and whether a client that gets it tries again. */
public enum ErrorCode {
    /** Catch-all for an unexpected broker failure; never let internal exceptions out as anything else. */
    UNKNOWN_SERVER_ERROR(-1, false),
    /** Success. */
    NONE(0, false),
    /** Fetch/list/delete offset outside [log start, end]; consumer applies auto.offset.reset. */
    OFFSET_OUT_OF_RANGE(1, false),
    /** CRC mismatch, bad length, or keyless record in a compacted topic; producers retry. */
    CORRUPT_MESSAGE(2, true),
    /** Topic or partition not known here (also what a caller without DESCRIBE right sees). */
    UNKNOWN_TOPIC_OR_PARTITION(3, true),
    /** Bad max bytes in fetch. */
    INVALID_FETCH_SIZE(4, false),
    /** Election running or topic being created; client refreshes metadata. */
    LEADER_NOT_AVAILABLE(5, true),
    /** Broker is not leader (or, for any-replica requests, not a replica); refresh metadata. */
    NOT_LEADER_OR_FOLLOWER(6, true),
    /** Not completed within request timeout (e.g. acks=all wait, topic creation wait). */
    REQUEST_TIMED_OUT(7, true),
    /** Tool level only, not sent by current brokers. */
    BROKER_NOT_AVAILABLE(8, false),
    /** Replica missing for admin style requests (log dirs, metadata v0); produce/fetch use 6. */
    REPLICA_NOT_AVAILABLE(9, true),
    /** Batch larger than max.message.bytes; producer splits a multi-record batch and retries the parts. */
    MESSAGE_TOO_LARGE(10, false),
    /** Request carries an old controller epoch, or controller moved. */
    STALE_CONTROLLER_EPOCH(11, false),
    /** Commit metadata string longer than offset.metadata.max.bytes (4096). */
    OFFSET_METADATA_TOO_LARGE(12, false),
    /** Client-side: connection lost before response. */
    NETWORK_EXCEPTION(13, true),
    /** Coordinator partition still loading; retry same node. */
    COORDINATOR_LOAD_IN_PROGRESS(14, true),
    /** Coordinator not elected/creating internal topic/shutting down; find coordinator again. */
    COORDINATOR_NOT_AVAILABLE(15, true),
    /** Group/txn id belongs to another broker; find coordinator again. */
    NOT_COORDINATOR(16, true),
    /** Illegal topic name, or write to an internal topic. */
    INVALID_TOPIC_EXCEPTION(17, false),
    /** Batch larger than segment size. */
    RECORD_LIST_TOO_LARGE(18, false),
    /** Acks=all and in-sync count below min.insync.replicas before append; nothing written. */
    NOT_ENOUGH_REPLICAS(19, true),
    /** Same, discovered after append; data is in the log, retry may duplicate without idempotence. */
    NOT_ENOUGH_REPLICAS_AFTER_APPEND(20, true),
    /** Acks not in {-1,0,1}. */
    INVALID_REQUIRED_ACKS(21, false),
    /** Generation id differs from the group's; member must rejoin. */
    ILLEGAL_GENERATION(22, false),
    /** Protocol type differs or no common assignor; or empty type/list from first member. */
    INCONSISTENT_GROUP_PROTOCOL(23, false),
    /** Empty/illegal group id for this operation, or group of another type. */
    INVALID_GROUP_ID(24, false),
    /** Member id not in group; rejoin with empty id. */
    UNKNOWN_MEMBER_ID(25, false),
    /** Session timeout outside group.min/max.session.timeout.ms. */
    INVALID_SESSION_TIMEOUT(26, false),
    /** Rejoin needed; heartbeat/sync/commit during PreparingRebalance. */
    REBALANCE_IN_PROGRESS(27, false),
    /** Offset commit record too large or append to offsets topic failed on size. */
    INVALID_COMMIT_OFFSET_SIZE(28, false),
    /** No right on topic. */
    TOPIC_AUTHORIZATION_FAILED(29, false),
    /** No right on group. */
    GROUP_AUTHORIZATION_FAILED(30, false),
    /** No cluster right. */
    CLUSTER_AUTHORIZATION_FAILED(31, false),
    /** Record timestamp too far before/after broker time. */
    INVALID_TIMESTAMP(32, false),
    /** Reply lists enabled mechanisms. */
    UNSUPPORTED_SASL_MECHANISM(33, false),
    /** Sasl request in wrong phase. */
    ILLEGAL_SASL_STATE(34, false),
    /** API version not supported; as ApiVersions reply special form; else connection is closed instead. */
    UNSUPPORTED_VERSION(35, false),
    /** Create of existing name. */
    TOPIC_ALREADY_EXISTS(36, false),
    /** Partition count below 1, or fewer than now. */
    INVALID_PARTITIONS(37, false),
    /** Factor below 1 or above live brokers. */
    INVALID_REPLICATION_FACTOR(38, false),
    /** Bad/duplicate/unknown broker ids, gaps, or both assignment and counts given. */
    INVALID_REPLICA_ASSIGNMENT(39, false),
    /** Unknown key or illegal value. */
    INVALID_CONFIG(40, false),
    /** Not the active controller; refresh and retry. */
    NOT_CONTROLLER(41, true),
    /** Malformed or contradictory fields. */
    INVALID_REQUEST(42, false),
    /** Operation impossible with stored message format. */
    UNSUPPORTED_FOR_MESSAGE_FORMAT(43, false),
    /** Rejected by create/alter policy plugin. */
    POLICY_VIOLATION(44, false),
    /** Sequence gap: batch not following the last one of this producer. */
    OUT_OF_ORDER_SEQUENCE_NUMBER(45, false),
    /** Sequence already seen, outside the 5 remembered batches; client treats as success. */
    DUPLICATE_SEQUENCE_NUMBER(46, false),
    /** Producer epoch older than known (fenced at partition level). */
    INVALID_PRODUCER_EPOCH(47, false),
    /** Operation illegal in present transaction state; fatal. */
    INVALID_TXN_STATE(48, false),
    /** Producer id does not belong to the transactional id (expired or stale). */
    INVALID_PRODUCER_ID_MAPPING(49, false),
    /** Timeout above transaction.max.timeout.ms or below= 0. */
    INVALID_TRANSACTION_TIMEOUT(50, false),
    /** Previous transaction still completing; back off and retry. */
    CONCURRENT_TRANSACTIONS(51, true),
    /** Marker from an older coordinator epoch. */
    TRANSACTION_COORDINATOR_FENCED(52, false),
    /** No right on transactional id. */
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED(53, false),
    /** No authorizer configured. */
    SECURITY_DISABLED(54, false),
    /** Skipped since something else in the batch failed. */
    OPERATION_NOT_ATTEMPTED(55, false),
    /** Log dir offline/disk error; refresh metadata. */
    KAFKA_STORAGE_ERROR(56, true),
    /** Named log dir not configured. */
    LOG_DIR_NOT_FOUND(57, false),
    /** Authentication failed; then connection is closed. */
    SASL_AUTHENTICATION_FAILED(58, false),
    /** No state for the producer id (expired/deleted); producer resets sequence or bumps epoch. */
    UNKNOWN_PRODUCER_ID(59, false),
    /** Reassignment of that partition already running. */
    REASSIGNMENT_IN_PROGRESS(60, false),
    /** Token auth not configured. */
    DELEGATION_TOKEN_AUTH_DISABLED(61, false),
    /** No such token. */
    DELEGATION_TOKEN_NOT_FOUND(62, false),
    /** Principal is neither owner nor renewer. */
    DELEGATION_TOKEN_OWNER_MISMATCH(63, false),
    /** Channel not strong enough for token operations. */
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED(64, false),
    /** No right on token. */
    DELEGATION_TOKEN_AUTHORIZATION_FAILED(65, false),
    /** Token expired. */
    DELEGATION_TOKEN_EXPIRED(66, false),
    /** Principal type not "User". */
    INVALID_PRINCIPAL_TYPE(67, false),
    /** Group still has members. */
    NON_EMPTY_GROUP(68, false),
    /** No such group (or wrong type). */
    GROUP_ID_NOT_FOUND(69, false),
    /** Start a new full fetch session. */
    FETCH_SESSION_ID_NOT_FOUND(70, true),
    /** Epoch not the expected next one; start new session. */
    INVALID_FETCH_SESSION_EPOCH(71, true),
    /** Leader has no endpoint for the listener the client used. */
    LISTENER_NOT_FOUND(72, true),
    /** Delete.topic.enable=false. */
    TOPIC_DELETION_DISABLED(73, false),
    /** Client leader epoch is old; refresh metadata. */
    FENCED_LEADER_EPOCH(74, true),
    /** Client leader epoch newer than broker's; retry. */
    UNKNOWN_LEADER_EPOCH(75, true),
    /** Data is compressed with a codec the request version cannot receive (zstd with fetch below10 / produce below7). */
    UNSUPPORTED_COMPRESSION_TYPE(76, false),
    /** Broker epoch mismatch (inter-broker). */
    STALE_BROKER_EPOCH(77, false),
    /** High watermark still behind leader-epoch start; retry. */
    OFFSET_NOT_AVAILABLE(78, true),
    /** Join again with the member id in this response. */
    MEMBER_ID_REQUIRED(79, false),
    /** Preferred replica not live/in sync. */
    PREFERRED_LEADER_NOT_AVAILABLE(80, true),
    /** Group.max.size or consumer/share max size reached. */
    GROUP_MAX_SIZE_REACHED(81, false),
    /** Another member took the instance id. */
    FENCED_INSTANCE_ID(82, false),
    /** No live replica for unclean election. */
    ELIGIBLE_LEADERS_NOT_AVAILABLE(83, true),
    /** Leader already is the wanted one. */
    ELECTION_NOT_NEEDED(84, true),
    /** Cancel without running reassignment. */
    NO_REASSIGNMENT_IN_PROGRESS(85, false),
    /** Offset delete for a topic the group subscribes. */
    GROUP_SUBSCRIBED_TO_TOPIC(86, false),
    /** Record broke a validation rule (see record errors). */
    INVALID_RECORD(87, false),
    /** Transactional offsets pending; retry OffsetFetch. */
    UNSTABLE_OFFSET_COMMIT(88, true),
    /** Mutation/connection quota used up; throttle time says when. */
    THROTTLING_QUOTA_EXCEEDED(89, true),
    /** Newer producer instance with same transactional id. */
    PRODUCER_FENCED(90, false),
    /** Missing user/resource. */
    RESOURCE_NOT_FOUND(91, false),
    /** Resource named twice in one request. */
    DUPLICATE_RESOURCE(92, false),
    /** Scram iterations/salt not acceptable. */
    UNACCEPTABLE_CREDENTIAL(93, false),
    /** Quorum voter mismatch. */
    INCONSISTENT_VOTER_SET(94, false),
    /** Feature downgrade/upgrade not allowed. */
    INVALID_UPDATE_VERSION(95, false),
    /** Feature update failed. */
    FEATURE_UPDATE_FAILED(96, false),
    /** Forwarded principal unreadable. */
    PRINCIPAL_DESERIALIZATION_FAILURE(97, false),
    /** Quorum snapshot missing. */
    SNAPSHOT_NOT_FOUND(98, false),
    /** Quorum snapshot position. */
    POSITION_OUT_OF_RANGE(99, false),
    /** Topic id not known here. */
    UNKNOWN_TOPIC_ID(100, true),
    /** Broker id taken. */
    DUPLICATE_BROKER_REGISTRATION(101, false),
    /** Broker id unknown. */
    BROKER_ID_NOT_REGISTERED(102, false),
    /** Topic id differs from the log's id. */
    INCONSISTENT_TOPIC_ID(103, true),
    /** Cluster id mismatch. */
    INCONSISTENT_CLUSTER_ID(104, false),
    /** No such transactional id (describe). */
    TRANSACTIONAL_ID_NOT_FOUND(105, false),
    /** Mix of ids and names in one fetch session. */
    FETCH_SESSION_TOPIC_ID_ERROR(106, true),
    /** ISR member not eligible. */
    INELIGIBLE_REPLICA(107, false),
    /** Partition changed but leader moved. */
    NEW_LEADER_ELECTED(108, false),
    /** Offset only in remote tier (follower). */
    OFFSET_MOVED_TO_TIERED_STORAGE(109, false),
    /** Member epoch fenced: give up partitions, rejoin with epoch 0. */
    FENCED_MEMBER_EPOCH(110, false),
    /** Instance id still held by a live member. */
    UNRELEASED_INSTANCE_ID(111, false),
    /** Server-side assignor unknown. */
    UNSUPPORTED_ASSIGNOR(112, false),
    /** Member epoch old; wait for next heartbeat, retry. */
    STALE_MEMBER_EPOCH(113, false),
    /** Request for controllers sent to broker or vice versa. */
    MISMATCHED_ENDPOINT_TYPE(114, false),
    /** Endpoint type unknown. */
    UNSUPPORTED_ENDPOINT_TYPE(115, false),
    /** Controller id unknown. */
    UNKNOWN_CONTROLLER_ID(116, false),
    /** Telemetry subscription changed; get subscriptions again. */
    UNKNOWN_SUBSCRIPTION_ID(117, false),
    /** Telemetry payload over telemetry.max.bytes. */
    TELEMETRY_TOO_LARGE(118, false),
    /** Broker registration refused. */
    INVALID_REGISTRATION(119, false),
    /** Transaction must be aborted; producer stays usable. */
    TRANSACTION_ABORTABLE(120, false),
    /** Share ack for record not acquired by this member (lock lost/ended). */
    INVALID_RECORD_STATE(121, false),
    /** Share session unknown. */
    SHARE_SESSION_NOT_FOUND(122, true),
    /** Share session epoch not the expected one. */
    INVALID_SHARE_SESSION_EPOCH(123, true),
    /** Share state epoch mismatch. */
    FENCED_STATE_EPOCH(124, false),
    /** Voter key mismatch. */
    INVALID_VOTER_KEY(125, false),
    /** Already voter. */
    DUPLICATE_VOTER(126, false),
    /** Not voter. */
    VOTER_NOT_FOUND(127, false),
    /** Regex not valid RE2. */
    INVALID_REGULAR_EXPRESSION(128, false),
    /** Client should go back to bootstrap servers (also ApiVersions v5 cluster/node mismatch). */
    REBOOTSTRAP_REQUIRED(129, false),
    /** Bad streams topology. */
    STREAMS_INVALID_TOPOLOGY(130, false),
    /** Bad topology epoch. */
    STREAMS_INVALID_TOPOLOGY_EPOCH(131, false),
    /** Topology epoch older than group's. */
    STREAMS_TOPOLOGY_FENCED(132, false),
    /** Too many share sessions on broker; retry later. */
    SHARE_SESSION_LIMIT_REACHED(133, true),
    /** Group deletion failed, see message. */
    GROUP_DELETION_FAILED(134, false),
    /** Topology description refused, see message. */
    STREAMS_TOPOLOGY_DESCRIPTION_UPDATE_FAILED(135, false),
    /** Controller id unknown (UnregisterController). */
    CONTROLLER_ID_NOT_REGISTERED(136, false);

    private static final ErrorCode[] BY_CODE = new ErrorCode[values().length];

    static {
        for (ErrorCode error : values()) {
            BY_CODE[error.code + 1] = error;
        }
    }

    private final short code;
    private final boolean retriable;

    ErrorCode(int code, boolean retriable) {
        this.code = (short) code;
        this.retriable = retriable;
    }

    /** The error with a code; {@link #UNKNOWN_SERVER_ERROR} for one that is not known. */
    public static ErrorCode of(int code) {
        return code < -1 || code + 1 >= BY_CODE.length ? UNKNOWN_SERVER_ERROR : BY_CODE[code + 1];
    }

    public short code() {
        return code;
    }

    /** Whether a client tries again by itself. */
    public boolean isRetriable() {
        return retriable;
    }
}
