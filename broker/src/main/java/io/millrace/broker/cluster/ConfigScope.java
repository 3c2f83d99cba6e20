package io.millrace.broker.cluster;

import io.millrace.broker.quota.QuotaEntity;

/** What a set of changeable settings is for. */
public sealed interface ConfigScope {

    /** One topic. */
    record Topic(String name) implements ConfigScope {}

    /** One broker. */
    record Broker(int id) implements ConfigScope {}

    /** All brokers: the default where a broker has nothing of its own. */
    record AllBrokers() implements ConfigScope {}

    /** A user, a client id, or both: their quotas, and a user's credentials. */
    record Client(QuotaEntity entity) implements ConfigScope {}
}
