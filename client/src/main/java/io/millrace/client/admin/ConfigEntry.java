package io.millrace.client.admin;

import java.util.List;
import java.util.Optional;

/**
 * A setting and where its value comes from.
 *
 * @param value empty if there is none, and for what brokers keep secret
 * @param readOnly whether it is changed in the broker's file alone
 * @param sensitive whether it is kept secret
 * @param synonyms all that have a say in it, the one that holds first (KIP-226)
 */
public record ConfigEntry(
        String key,
        Optional<String> value,
        Source source,
        Type type,
        boolean readOnly,
        boolean sensitive,
        List<Synonym> synonyms) {
    public ConfigEntry {
        synonyms = List.copyOf(synonyms);
    }

    /** Where a value comes from, in the protocol's order of numbers, from 0 on. */
    public enum Source {
        UNKNOWN,
        DYNAMIC_TOPIC,
        DYNAMIC_BROKER,
        DYNAMIC_ALL_BROKERS,
        STATIC_BROKER,
        DEFAULT,
        DYNAMIC_BROKER_LOGGER,
        DYNAMIC_CLIENT_METRICS,
        DYNAMIC_GROUP;

        private static final Source[] ALL = values();

        static Source of(int code) {
            return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
        }
    }

    /** What a value is, in the protocol's order of numbers, from 0 on. */
    public enum Type {
        UNKNOWN,
        BOOLEAN,
        STRING,
        INT,
        SHORT,
        LONG,
        DOUBLE,
        LIST,
        CLASS,
        PASSWORD;

        private static final Type[] ALL = values();

        static Type of(int code) {
            return code >= 0 && code < ALL.length ? ALL[code] : UNKNOWN;
        }
    }

    /** A value that holds, or would if those before it were not there. */
    public record Synonym(String key, Optional<String> value, Source source) {}

    /** Whether nobody has set it. */
    public boolean isDefault() {
        return source == Source.DEFAULT;
    }
}
