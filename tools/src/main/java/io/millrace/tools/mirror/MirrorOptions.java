package io.millrace.tools.mirror;

import io.millrace.client.ClientConfig;
import io.millrace.tools.terminal.Failure;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine.Option;

/** What a mirror is told, by a file and by flags, which come before it. A mixin of the mirror's verbs. */
final class MirrorOptions {
    @Option(names = "--config", paramLabel = "FILE", description = "a properties file, see config/mirror.properties")
    private Path file;

    @Option(names = "--source", paramLabel = "HOST:PORT", description = "a broker of the cluster that is copied")
    private String source;

    @Option(names = "--target", paramLabel = "HOST:PORT", description = "a broker of the cluster that gets the copy")
    private String target;

    @Option(
            names = "--topics",
            paramLabel = "NAMES",
            description = "names or regular expressions with commas between them; default all but internal ones")
    private String topics;

    @Option(names = "--groups", paramLabel = "NAMES", description = "as --topics, of consumer groups; default all")
    private String groups;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "any setting of the file")
    private Map<String, String> settings = new LinkedHashMap<>();

    /** All that was said. */
    MirrorConfig config() {
        return MirrorConfig.of(all());
    }

    /** Where the target is: all that a promotion needs. */
    ClientConfig target() {
        Map<String, String> all = all();
        all.putIfAbsent("source.bootstrap.servers", all.getOrDefault("target.bootstrap.servers", ""));
        return MirrorConfig.of(all).target();
    }

    private Map<String, String> all() {
        Map<String, String> all = new LinkedHashMap<>(ofFile());
        Optional.ofNullable(source).ifPresent(servers -> all.put("source.bootstrap.servers", servers));
        Optional.ofNullable(target).ifPresent(servers -> all.put("target.bootstrap.servers", servers));
        Optional.ofNullable(topics).ifPresent(names -> all.put("topics", names));
        Optional.ofNullable(groups).ifPresent(names -> all.put("groups", names));
        all.putAll(settings);
        return all;
    }

    private Map<String, String> ofFile() {
        Map<String, String> read = new LinkedHashMap<>();
        if (file != null) {
            Properties properties = new Properties();
            try (Reader in = Files.newBufferedReader(file)) {
                properties.load(in);
            } catch (IOException | IllegalArgumentException e) {
                throw Failure.usage("Cannot read " + file + ": " + e.getMessage());
            }
            properties.stringPropertyNames().forEach(key -> read.put(key, properties.getProperty(key)));
        }
        return read;
    }
}
