package io.millrace.client;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/**
 * What every client needs to know: where to begin, under which name, and how long to wait. Immutable.
 *
 * <p>Names, units and defaults are those of Kafka's clients, but for {@code client.id}, which is not empty here so that
 * quotas and logs can tell who it is.
 */
public final class ClientConfig {
    private final Bootstrap bootstrap;
    private final String clientId;
    private final Duration requestTimeout;
    private final Duration connectTimeout;
    private final Backoff reconnectBackoff;
    private final Backoff retryBackoff;
    private final Duration metadataMaxAge;
    private final Duration connectionsMaxIdle;

    /** From which to which time a wait doubles. */
    public record Backoff(Duration first, Duration most) {
        public Backoff {
            if (first.isNegative() || first.compareTo(most) > 0) {
                throw MillraceException.invalid("A back-off from " + first.toMillis() + " ms to " + most.toMillis()
                        + " ms does not grow; the first wait must be no longer than the last");
            }
        }
    }

    private ClientConfig(Builder builder) {
        bootstrap = builder.bootstrap;
        clientId = builder.clientId;
        requestTimeout = builder.requestTimeout;
        connectTimeout = builder.connectTimeout;
        reconnectBackoff = new Backoff(
                builder.reconnectBackoff,
                builder.reconnectBackoffMax.compareTo(builder.reconnectBackoff) < 0
                        ? builder.reconnectBackoff
                        : builder.reconnectBackoffMax);
        retryBackoff = new Backoff(
                builder.retryBackoff,
                builder.retryBackoffMax.compareTo(builder.retryBackoff) < 0
                        ? builder.retryBackoff
                        : builder.retryBackoffMax);
        metadataMaxAge = builder.metadataMaxAge;
        connectionsMaxIdle = builder.connectionsMaxIdle;
    }

    /** The defaults, and where to begin: {@code host:port} with commas between them. */
    public static ClientConfig of(String bootstrapServers) {
        return builder(bootstrapServers).build();
    }

    /** A builder that begins with the defaults. */
    public static Builder builder(String bootstrapServers) {
        return builder(Bootstrap.of(BrokerAddress.parseList(bootstrapServers)));
    }

    /** A builder that begins with the defaults, for a cluster that is found in some other way. */
    public static Builder builder(Bootstrap bootstrap) {
        return new Builder(bootstrap);
    }

    /**
     * Reads Kafka's keys.
     *
     * @throws MillraceException INVALID for a missing {@code bootstrap.servers}, a wrong value or an unknown key
     */
    public static ClientConfig fromMap(Map<String, String> settings) {
        Settings read = new Settings(settings);
        ClientConfig config = from(read);
        read.refuseRest();
        return config;
    }

    /** As {@link #fromMap}. */
    public static ClientConfig fromProperties(Properties settings) {
        Settings read = Settings.of(settings);
        ClientConfig config = from(read);
        read.refuseRest();
        return config;
    }

    /** Takes the keys of this class; those of the client that it is for are taken by that client's own configuration. */
    public static ClientConfig from(Settings settings) {
        String[] servers = {""};
        settings.text("bootstrap.servers", text -> servers[0] = text);
        Builder builder = builder(servers[0]);
        settings.text("client.id", builder::clientId)
                .millis("request.timeout.ms", builder::requestTimeout)
                .millis("socket.connection.setup.timeout.ms", builder::connectTimeout)
                .millis("reconnect.backoff.ms", first -> builder.reconnectBackoff = first)
                .millis("reconnect.backoff.max.ms", most -> builder.reconnectBackoffMax = most)
                .millis("retry.backoff.ms", first -> builder.retryBackoff = first)
                .millis("retry.backoff.max.ms", most -> builder.retryBackoffMax = most)
                .millis("metadata.max.age.ms", builder::metadataMaxAge)
                .millis("connections.max.idle.ms", builder::connectionsMaxIdle);
        return builder.build();
    }

    public Bootstrap bootstrap() {
        return bootstrap;
    }

    public String clientId() {
        return clientId;
    }

    /** {@code request.timeout.ms}: how long an answer may take before the connection is given up. */
    public Duration requestTimeout() {
        return requestTimeout;
    }

    /** {@code socket.connection.setup.timeout.ms}: how long connecting may take, the look-up of the name included. */
    public Duration connectTimeout() {
        return connectTimeout;
    }

    /** {@code reconnect.backoff.ms} and {@code reconnect.backoff.max.ms}. */
    public Backoff reconnectBackoff() {
        return reconnectBackoff;
    }

    /** {@code retry.backoff.ms} and {@code retry.backoff.max.ms}: before a request is tried again. */
    public Backoff retryBackoff() {
        return retryBackoff;
    }

    /** {@code metadata.max.age.ms}: who leads is asked again after this time, even if nothing went wrong. */
    public Duration metadataMaxAge() {
        return metadataMaxAge;
    }

    /** {@code connections.max.idle.ms}: a connection without requests is closed after this time. */
    public Duration connectionsMaxIdle() {
        return connectionsMaxIdle;
    }

    /** Collects settings; one thread's. */
    public static final class Builder {
        private final Bootstrap bootstrap;
        private String clientId = "millrace-client";
        private Duration requestTimeout = Duration.ofSeconds(30);
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration reconnectBackoff = Duration.ofMillis(50);
        private Duration reconnectBackoffMax = Duration.ofSeconds(1);
        private Duration retryBackoff = Duration.ofMillis(100);
        private Duration retryBackoffMax = Duration.ofSeconds(1);
        private Duration metadataMaxAge = Duration.ofMinutes(5);
        private Duration connectionsMaxIdle = Duration.ofMinutes(9);

        private Builder(Bootstrap bootstrap) {
            this.bootstrap = bootstrap;
        }

        public Builder clientId(String id) {
            clientId = id;
            return this;
        }

        public Builder requestTimeout(Duration timeout) {
            requestTimeout = positive("request.timeout.ms", timeout);
            return this;
        }

        public Builder connectTimeout(Duration timeout) {
            connectTimeout = positive("socket.connection.setup.timeout.ms", timeout);
            return this;
        }

        public Builder reconnectBackoff(Duration first, Duration most) {
            Backoff checked = new Backoff(first, most);
            reconnectBackoff = checked.first();
            reconnectBackoffMax = checked.most();
            return this;
        }

        public Builder retryBackoff(Duration first, Duration most) {
            Backoff checked = new Backoff(first, most);
            retryBackoff = checked.first();
            retryBackoffMax = checked.most();
            return this;
        }

        public Builder metadataMaxAge(Duration age) {
            metadataMaxAge = positive("metadata.max.age.ms", age);
            return this;
        }

        public Builder connectionsMaxIdle(Duration idle) {
            connectionsMaxIdle = positive("connections.max.idle.ms", idle);
            return this;
        }

        public ClientConfig build() {
            return new ClientConfig(this);
        }

        private static Duration positive(String key, Duration value) {
            if (value.toMillis() < 1) {
                throw MillraceException.invalid(key + " is " + value.toMillis() + "; it must be 1 at least");
            }
            return value;
        }
    }
}
