package io.millrace.client.admin;

import io.millrace.client.net.Target;

/** What has settings: a topic, a broker, all brokers together, or the loggers of a broker. */
public record ConfigResource(Type type, String name) {
    /** Kinds of resources, with the protocol's numbers. */
    public enum Type {
        TOPIC(2),
        BROKER(4),
        BROKER_LOGGER(8);

        private final byte code;

        Type(int code) {
            this.code = (byte) code;
        }

        byte code() {
            return code;
        }
    }

    public static ConfigResource topic(String name) {
        return new ConfigResource(Type.TOPIC, name);
    }

    /** The settings of one broker; it is asked itself. */
    public static ConfigResource broker(int id) {
        return new ConfigResource(Type.BROKER, Integer.toString(id));
    }

    /** The dynamic settings of brokers that have no own value. */
    public static ConfigResource allBrokers() {
        return new ConfigResource(Type.BROKER, "");
    }

    /** The levels of one broker's loggers by their names (KIP-412); it is asked itself. */
    public static ConfigResource loggers(int broker) {
        return new ConfigResource(Type.BROKER_LOGGER, Integer.toString(broker));
    }

    /** Who can tell and change them. */
    int broker() {
        return type != Type.TOPIC && !name.isEmpty() ? Integer.parseInt(name) : Target.ANY_NODE;
    }

    @Override
    public String toString() {
        return switch (type) {
            case TOPIC -> "topic '" + name + "'";
            case BROKER -> name.isEmpty() ? "all brokers" : "broker " + name;
            case BROKER_LOGGER -> "the loggers of broker " + name;
        };
    }
}
