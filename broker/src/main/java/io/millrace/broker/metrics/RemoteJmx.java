package io.millrace.broker.metrics;

import java.io.IOException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.UnicastRemoteObject;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXConnectorServerFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Lets others read MBeans over the network, without a password and in the clear, as Kafka does for {@code JMX_PORT}: for a
 * network that is one's own. Who wants more gives the JVM its own {@code com.sun.management} properties instead.
 *
 * <p>Threading: one thread opens and closes it.
 */
public final class RemoteJmx implements AutoCloseable {
    private final Registry registry;
    private final JMXConnectorServer connector;

    private RemoteJmx(Registry registry, JMXConnectorServer connector) {
        this.registry = registry;
        this.connector = connector;
    }

    /**
     * Listens on one port, of all interfaces.
     *
     * @throws IOException if the port cannot be had
     */
    public static RemoteJmx open(MBeanServer server, int port) throws IOException {
        Registry registry = LocateRegistry.createRegistry(port);
        try {
            String address = "localhost:" + port;
            JMXServiceURL url =
                    new JMXServiceURL("service:jmx:rmi://" + address + "/jndi/rmi://" + address + "/jmxrmi");
            JMXConnectorServer connector = JMXConnectorServerFactory.newJMXConnectorServer(url, Map.of(), server);
            connector.start();
            return new RemoteJmx(registry, connector);
        } catch (IOException e) {
            UnicastRemoteObject.unexportObject(registry, true);
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        UnicastRemoteObject.unexportObject(registry, true);
        connector.stop();
    }
}
