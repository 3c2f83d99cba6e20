package io.millrace.broker.metrics;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.management.MBeanServer;
import javax.management.MBeanServerBuilder;
import javax.management.MBeanServerDelegate;
import javax.management.ObjectName;

/**
 * Makes an MBean server that tells when somebody looks for Kafka's beans, so that they need not be there before. The
 * launcher names it to the JVM, as {@code javax.management.builder.initial}.
 */
public final class LookedAt extends MBeanServerBuilder {
    private static final Set<String> LOOKS = Set.of(
            "queryNames",
            "queryMBeans",
            "getMBeanCount",
            "getDomains",
            "isRegistered",
            "getAttribute",
            "getAttributes",
            "getMBeanInfo",
            "getObjectInstance",
            "isInstanceOf");

    @Override
    public MBeanServer newMBeanServer(String domain, MBeanServer outer, MBeanServerDelegate delegate) {
        MBeanServer real = super.newMBeanServer(domain, outer, delegate);
        return (MBeanServer) Proxy.newProxyInstance(
                LookedAt.class.getClassLoader(), new Class<?>[] {MBeanServer.class}, new Watch(real));
    }

    /** Has somebody told of looks from now on, at most once a second; false if the server is no such server. */
    static boolean tell(MBeanServer server, Runnable look) {
        if (Proxy.isProxyClass(server.getClass()) && Proxy.getInvocationHandler(server) instanceof Watch watch) {
            watch.looks.add(look);
            return true;
        }
        return false;
    }

    /** Tells him no more. */
    static void forget(MBeanServer server, Runnable look) {
        if (Proxy.isProxyClass(server.getClass()) && Proxy.getInvocationHandler(server) instanceof Watch watch) {
            watch.looks.remove(look);
        }
    }

    /** Hands calls on, and tells of those that look. */
    private static final class Watch implements InvocationHandler {
        private static final long TOLD_EVERY_NANOS = 1_000_000_000L;

        private final MBeanServer real;
        private final List<Runnable> looks = new CopyOnWriteArrayList<>();
        private volatile long toldNanos = System.nanoTime() - TOLD_EVERY_NANOS;

        Watch(MBeanServer real) {
            this.real = real;
        }

        @Override
        public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
            if (LOOKS.contains(method.getName()) && isForKafka(arguments)) {
                long now = System.nanoTime();
                if (now - toldNanos >= TOLD_EVERY_NANOS) {
                    looks.forEach(Runnable::run);
                    toldNanos = System.nanoTime();
                }
            }
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private static boolean isForKafka(Object[] arguments) {
            return arguments == null
                    || !(arguments[0] instanceof ObjectName name)
                    || name.isDomainPattern()
                    || name.getDomain().startsWith("kafka")
                    || name.getDomain().startsWith("millrace");
        }
    }
}
