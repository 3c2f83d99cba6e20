package io.millrace.protocol.testing;

import java.util.Random;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/**
 * Gives a test its {@link Random}, seeded by the system property {@code test.seed} if that is set, and prints the seed
 * when the test fails.
 */
public final class Seeded implements ParameterResolver, TestExecutionExceptionHandler {
    private final long seed = Long.getLong("test.seed", System.nanoTime());

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Random.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return new Random(seed);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        System.err.println(context.getDisplayName() + " failed; -Dtest.seed=" + seed + " repeats it");
        throw thrown;
    }
}
