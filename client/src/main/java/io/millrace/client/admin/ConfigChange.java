package io.millrace.client.admin;

import java.util.Optional;

/**
 * A change of one setting (KIP-339). Settings that no change names stay as they are.
 *
 * @param key Kafka's, such as retention.ms
 * @param value empty for {@link Operation#DELETE}
 */
public record ConfigChange(String key, Operation operation, Optional<String> value) {
    /** What to do with the value, with the protocol's numbers by order. */
    public enum Operation {
        SET,
        /** Back to what holds without it. */
        DELETE,
        /** Adds to a list what is not in it. */
        APPEND,
        /** Takes out of a list what is in it. */
        SUBTRACT
    }

    public static ConfigChange set(String key, String value) {
        return new ConfigChange(key, Operation.SET, Optional.of(value));
    }

    public static ConfigChange delete(String key) {
        return new ConfigChange(key, Operation.DELETE, Optional.empty());
    }

    /** @param values with commas between them */
    public static ConfigChange append(String key, String values) {
        return new ConfigChange(key, Operation.APPEND, Optional.of(values));
    }

    /** @param values with commas between them */
    public static ConfigChange subtract(String key, String values) {
        return new ConfigChange(key, Operation.SUBTRACT, Optional.of(values));
    }
}
