package io.millrace.broker.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Apache Kafka's dump tool, run in this process with classes of its own. */
final class DumpTool implements AutoCloseable {
    private static final Path JARS = Path.of("target", "dump-tool");

    private final URLClassLoader classes;

    DumpTool() throws IOException {
        List<URL> jars = new ArrayList<>();
        for (String jar : Disks.names(JARS)) {
            jars.add(JARS.resolve(jar).toUri().toURL());
        }
        classes = new URLClassLoader(jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** What it prints and complains of. */
    String run(List<Path> files, String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add("--files");
        arguments.add(String.join(",", files.stream().map(Path::toString).toList()));
        PrintStream out = System.out;
        PrintStream err = System.err;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(output, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        Thread.currentThread().setContextClassLoader(classes);
        try {
            classes.loadClass("org.apache.kafka.tools.DumpLogSegments")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) arguments.toArray(String[]::new));
        } catch (InvocationTargetException e) {
            return output.toString(StandardCharsets.UTF_8) + "\nException: " + e.getCause();
        } finally {
            System.setOut(out);
            System.setErr(err);
            Thread.currentThread().setContextClassLoader(loader);
        }
        return output.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        classes.close();
    }
}
