package io.millrace.client.admin;

import io.millrace.client.net.Target;

/** What has settings: a topic, a broker, or all brokers together. */
public record ConfigResource(Type type, String name) {
    /** Kinds of resources, with the protocol's numbers. */
    public enum Type {
        TOPIC(2),
        BROKER(4);

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

    /** Who can tell and change them. */
    int broker() {
        return type == Type.BROKER && !name.isEmpty() ? Integer.parseInt(name) : Target.ANY_NODE;
    }

    @Override
    public String toString() {
        return type == Type.TOPIC ? "topic '" + name + "'" : name.isEmpty() ? "all brokers" : "broker " + name;
    }
}
