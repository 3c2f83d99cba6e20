package io.millrace.client.admin;

import java.util.Optional;

/**
 * A change of one setting (KIP-339). Settings that no change names stay as they are.
 *
 * @param key Kafka's, such as retention.ms
 * @param value empty for {@link Operation#DELETE}
 */
public record ConfigChange(String key, Operation operation, Optional<String> value) {
    /** What to do with the value, with the protocol's numbers. */
    public enum Operation {
        SET(0),
        /** Back to what holds without it. */
        DELETE(1),
        /** Adds to a list what is not in it. */
        APPEND(2),
        /** Takes out of a list what is in it. */
        SUBTRACT(3);

        private final byte code;

        Operation(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    public static ConfigChange set(String key, String value) {
        return new ConfigChange(key, Operation.SET, Optional.of(value));
    }

    public static ConfigChange delete(String key) {
        return new ConfigChange(key, Operation.DELETE, Optional.empty());
    }

    /** Adds values, which have commas between them. */
    public static ConfigChange append(String key, String values) {
        return new ConfigChange(key, Operation.APPEND, Optional.of(values));
    }

    /** Takes values out, which have commas between them. */
    public static ConfigChange subtract(String key, String values) {
        return new ConfigChange(key, Operation.SUBTRACT, Optional.of(values));
    }
}
