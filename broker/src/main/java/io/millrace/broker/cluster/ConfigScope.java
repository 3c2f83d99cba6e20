package io.millrace.broker.cluster;

/** What a set of changeable settings is for. */
public sealed interface ConfigScope {

    /** One topic. */
    record Topic(String name) implements ConfigScope {}

    /** One broker. */
    record Broker(int id) implements ConfigScope {}

    /** All brokers: the default where a broker has nothing of its own. */
    record AllBrokers() implements ConfigScope {}
}
