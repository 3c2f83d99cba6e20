package io.millrace.protocol.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The messages of an old kafka-clients, in a class loader of their own: the build lays out its jar. */
final class OldKafka implements AutoCloseable {
    private static final Path JARS = Path.of("target", "old-kafka");
    private static final String PROTOCOL = "org.apache.kafka.common.protocol.";

    private final Loader loader;

    /** Shares nothing with the tests but the logging. */
    private static final class Loader extends URLClassLoader {
        Loader(URL[] urls) {
            super(urls, ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            return name.startsWith("org.slf4j.")
                    ? Class.forName(name, true, OldKafka.class.getClassLoader())
                    : super.findClass(name);
        }
    }

    OldKafka() {
        try (Stream<Path> jars = Files.list(JARS)) {
            URL[] urls = new URL[] {jars.findFirst().orElseThrow().toUri().toURL()};
            loader = new Loader(urls);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    short requestHeaderVersion(ApiKey key, short version) {
        return (short) call(type(key), "requestHeaderVersion", version);
    }

    short responseHeaderVersion(ApiKey key, short version) {
        return (short) call(type(key), "responseHeaderVersion", version);
    }

    /** Its message of these bytes, all of which it must read. */
    Object read(ApiKey key, boolean isRequest, byte[] bytes, short version) {
        Object message = call(type(key), isRequest ? "newRequest" : "newResponse");
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        call(message, "read", make("ByteBufferAccessor", buffer), version);
        if (buffer.hasRemaining()) {
            throw new AssertionError(buffer.remaining() + " bytes were not read into " + message);
        }
        return message;
    }

    byte[] write(Object message, short version) {
        Object cache = make("ObjectSerializationCache");
        ByteBuffer buffer = ByteBuffer.allocate((int) call(message, "size", cache, version));
        call(message, "write", make("ByteBufferAccessor", buffer), cache, version);
        return buffer.array();
    }

    private Object type(ApiKey key) {
        try {
            return loader.loadClass("org.apache.kafka.common.message.ApiMessageType")
                    .getMethod("fromApiKey", short.class)
                    .invoke(null, key.id());
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(key.toString(), e);
        }
    }

    private Object make(String name, Object... arguments) {
        try {
            for (Constructor<?> constructor : loader.loadClass(PROTOCOL + name).getConstructors()) {
                if (constructor.getParameterCount() == arguments.length) {
                    return constructor.newInstance(arguments);
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(name, e);
        }
        throw new LinkageError("no constructor of " + name + " for " + List.of(arguments));
    }

    private static Object call(Object target, String name, Object... arguments) {
        try {
            for (Method method : target.getClass().getMethods()) {
                if (method.getName().equals(name) && method.getParameterCount() == arguments.length) {
                    return method.invoke(target, arguments);
                }
            }
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(name, e);
        } catch (IllegalAccessException e) {
            throw new LinkageError(name, e);
        }
        throw new LinkageError("no " + name + " in " + target.getClass());
    }

    @Override
    public void close() throws IOException {
        loader.close();
    }
}
