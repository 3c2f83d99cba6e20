package io.millrace.broker.api;

import io.millrace.protocol.ApiMessage;
import io.millrace.protocol.message.ApiKey;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/** The one table of all handlers. Filled once, before the first request; read by any thread. */
public final class Handlers {
    private final Map<ApiKey, RequestHandler<ApiMessage, ApiMessage>> byKey;

    private Handlers(Map<ApiKey, RequestHandler<ApiMessage, ApiMessage>> byKey) {
        this.byKey = byKey;
    }

    public Optional<RequestHandler<ApiMessage, ApiMessage>> find(ApiKey key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** Collects the table. */
    public static final class Builder {
        private final Map<ApiKey, RequestHandler<ApiMessage, ApiMessage>> byKey = new EnumMap<>(ApiKey.class);

        /** Adds the handler of an API; its request and response types must be those of the key. */
        @SuppressWarnings("unchecked")
        public <Q extends ApiMessage, R extends ApiMessage> Builder add(ApiKey key, RequestHandler<Q, R> handler) {
            if (byKey.put(key, (RequestHandler<ApiMessage, ApiMessage>) handler) != null) {
                throw new IllegalStateException("two handlers for " + key);
            }
            return this;
        }

        /** The APIs that have a handler so far, and one more. */
        public List<ApiKey> keysWith(ApiKey more) {
            Set<ApiKey> keys = EnumSet.of(more);
            keys.addAll(byKey.keySet());
            return List.copyOf(keys);
        }

        /** Puts something around every handler that is there so far. */
        public Builder wrap(
                BiFunction<ApiKey, RequestHandler<ApiMessage, ApiMessage>, RequestHandler<ApiMessage, ApiMessage>>
                        wrapper) {
            byKey.replaceAll(wrapper);
            return this;
        }

        public Handlers build() {
            return new Handlers(byKey);
        }
    }
}
