package io.millrace.broker.it.age;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Calls of what today's release has no more, or has with other parameters. */
final class Calls {
    private static final long SECONDS = 30;

    private Calls() {}

    /** Calls the public method of this name that takes these arguments. */
    static Object call(Object target, String name, Object... arguments) {
        Method method = Stream.of(target.getClass().getMethods())
                .filter(candidate -> candidate.getName().equals(name) && !Modifier.isStatic(candidate.getModifiers()))
                .filter(candidate -> fits(candidate.getParameterTypes(), arguments))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + name + " in " + target.getClass()));
        try {
            method.setAccessible(true); // public, but perhaps of a class that is not
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean fits(Class<?>[] types, Object[] arguments) {
        if (types.length != arguments.length) {
            return false;
        }
        for (int i = 0; i < types.length; i++) {
            Class<?> type = types[i] == long.class ? Long.class : types[i];
            if (!type.isInstance(arguments[i])) {
                return false;
            }
        }
        return true;
    }

    static <T> T await(Future<T> future) {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (TimeoutException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
