package io.millrace.broker.cluster;

/**
 * An address at which a broker takes connections.
 *
 * @param listener the listener's name, such as PLAINTEXT or INTERNAL
 * @param securityProtocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 * @param host as clients are told it
 * @param port as clients are told it
 */
public record Endpoint(String listener, String securityProtocol, String host, int port) {

    /** The same address, whatever the listener is called. */
    public boolean sameAddress(Endpoint other) {
        return port == other.port && host.equalsIgnoreCase(other.host);
    }

    @Override
    public String toString() {
        return listener + "://" + host + ":" + port;
    }
}
