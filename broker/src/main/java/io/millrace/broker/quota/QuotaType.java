package io.millrace.broker.quota;

import java.util.Optional;

/** What a quota limits. */
public enum QuotaType {
    /** Bytes of records written, a second. */
    PRODUCER_BYTE_RATE("producer_byte_rate", true, true),
    /** Bytes of records read, a second. */
    CONSUMER_BYTE_RATE("consumer_byte_rate", true, true),
    /** Time that threads spend on requests, in percent of one thread. */
    REQUEST_PERCENTAGE("request_percentage", false, true),
    /** Partitions created and deleted, a second. Known, and not kept. */
    CONTROLLER_MUTATION_RATE("controller_mutation_rate", false, false),
    /** Connections of an address, a second. Known, and not kept. */
    CONNECTION_CREATION_RATE("connection_creation_rate", true, false);

    private final String key;
    private final boolean whole;
    private final boolean enforced;

    QuotaType(String key, boolean whole, boolean enforced) {
        this.key = key;
        this.whole = whole;
        this.enforced = enforced;
    }

    /** The type of a name as the protocol has it. */
    public static Optional<QuotaType> of(String key) {
        for (QuotaType type : values()) {
            if (type.key.equals(key)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** Its name in the protocol and in the store. */
    public String key() {
        return key;
    }

    /** Whether its values are whole numbers. */
    public boolean isWhole() {
        return whole;
    }

    /** Whether this broker keeps it. */
    public boolean isEnforced() {
        return enforced;
    }
}
