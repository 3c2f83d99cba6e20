package io.millrace.broker.it.age;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;

/** One release of kafka-clients and its libraries, as the build laid them out. */
public final class Release implements AutoCloseable {
    private static final Set<String> SHARED =
            Set.of(Message.class.getName(), Sender.class.getName(), Poller.class.getName(), Administrator.class.getName());

    private final String version;
    private final Loader loader;
    private int made;

    /** Sees the release's jars and these tests' classes, and nothing else of the tests' class path but the logging. */
    private static final class Loader extends URLClassLoader {
        Loader(URL[] urls) {
            super(urls, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            return SHARED.contains(name) || name.startsWith("org.slf4j.")
                    ? Class.forName(name, true, Release.class.getClassLoader())
                    : super.findClass(name);
        }
    }

    /** @param jars the folder that holds a folder for each version */
    public Release(Path jars, String version) {
        this.version = version;
        List<URL> urls = new ArrayList<>();
        try (Stream<Path> files = Files.list(jars.resolve(version))) {
            for (Path file : files.toList()) {
                urls.add(file.toUri().toURL());
            }
            urls.add(Release.class.getProtectionDomain().getCodeSource().getLocation());
        } catch (MalformedURLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.loader = new Loader(urls.toArray(URL[]::new));
    }

    public Sender sender(Map<String, String> settings) {
        return make(Sender.class, "LinkedSender", settings);
    }

    public Poller poller(Map<String, String> settings) {
        return make(Poller.class, "LinkedPoller", settings);
    }

    public Administrator administrator(Map<String, String> settings) {
        return make(Administrator.class, "LinkedAdministrator", settings);
    }

    private <T> T make(Class<T> type, String name, Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        properties.put("client.id", "of-" + version + "-" + ++made);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader); // old releases look for the classes that settings name there
        try {
            Class<?> linked = loader.loadClass(Release.class.getPackageName() + "." + name);
            return type.cast(linked.getConstructor(Properties.class).newInstance(properties));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " of " + version, e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /** The version, for reports. */
    @Override
    public String toString() {
        return version;
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
