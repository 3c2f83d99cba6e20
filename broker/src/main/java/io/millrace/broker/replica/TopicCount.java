package io.millrace.broker.replica;

/** What is counted of topics: for each, and for all together. */
public enum TopicCount {
    MESSAGES_IN("MessagesInPerSec", true),
    BYTES_IN("BytesInPerSec", true),
    BYTES_OUT("BytesOutPerSec", true),
    BYTES_REJECTED("BytesRejectedPerSec", true),
    PRODUCE_REQUESTS("TotalProduceRequestsPerSec", true),
    FETCH_REQUESTS("TotalFetchRequestsPerSec", true),
    FAILED_PRODUCE_REQUESTS("FailedProduceRequestsPerSec", true),
    FAILED_FETCH_REQUESTS("FailedFetchRequestsPerSec", true),
    PRODUCE_CONVERSIONS("ProduceMessageConversionsPerSec", true),
    FETCH_CONVERSIONS("FetchMessageConversionsPerSec", true),
    REPLICATION_BYTES_IN("ReplicationBytesInPerSec", false),
    REPLICATION_BYTES_OUT("ReplicationBytesOutPerSec", false),
    REASSIGNMENT_BYTES_IN("ReassignmentBytesInPerSec", false),
    REASSIGNMENT_BYTES_OUT("ReassignmentBytesOutPerSec", false),
    NO_KEY_RECORDS("NoKeyCompactedTopicRecordsPerSec", false),
    INVALID_MAGIC_RECORDS("InvalidMagicNumberRecordsPerSec", false),
    INVALID_CRC_RECORDS("InvalidMessageCrcRecordsPerSec", false),
    INVALID_SEQUENCE_RECORDS("InvalidOffsetOrSequenceRecordsPerSec", false);

    private final String meter;
    private final boolean ofEach;

    TopicCount(String meter, boolean ofEach) {
        this.meter = meter;
        this.ofEach = ofEach;
    }

    String meter() {
        return "kafka.server.BrokerTopicMetrics." + meter;
    }

    /** Whether it is counted for each topic, too. */
    boolean isOfEach() {
        return ofEach;
    }
}
