package io.millrace.broker.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * A known bug, planted in a copy of one class: its source is changed, compiled, and loaded with all classes of the broker
 * by a loader of its own, so that the real code needs no switch for it.
 *
 * @param file below {@code io/millrace/broker}
 * @param what the bug is
 * @param from what stands in the source, once
 * @param to what stands there instead
 */
record Mutant(String name, String file, String what, String from, String to) {
    private static final String PACKAGE = "io.millrace.broker.";

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "truncate-to-high-watermark",
                    "replica/FollowedLog.java",
                    "a follower cuts its log to its high watermark, not by leader epoch",
                    "EpochTruncation.target(log.leaderEpochs(), log.endOffset(), leaders)",
                    "log.highWatermark()"),
            new Mutant(
                    "acknowledge-too-early",
                    "replica/InSync.java",
                    "what the leader has counts as committed before the set has it",
                    "common = Math.min(common, offsetOf(member, ownEnd));\n        }\n        for (int member : pending)",
                    "}\n        for (int member : pending)"),
            new Mutant(
                    "acknowledge-before-the-set-is-written",
                    "replica/InSync.java",
                    "who is to leave the set is no longer waited for, before that is written",
                    "for (int member : state.isr()) {\n            common",
                    "for (int member : pending.isEmpty() ? Set.copyOf(state.isr()) : pending) {\n            common"),
            new Mutant(
                    "no-epoch-checks",
                    "replica/FollowerReads.java",
                    "a leader looks at neither epoch of a follower's fetch: the one it follows, and its last record's",
                    "role.checkEpoch(leader.leaderEpoch(), followersEpoch);",
                    "lastFetchedEpoch = -1;"),
            new Mutant(
                    "no-epoch-check-in-follower-fetch",
                    "replica/FollowerReads.java",
                    "a leader serves followers of another epoch",
                    "role.checkEpoch(leader.leaderEpoch(), followersEpoch);",
                    ""),
            new Mutant(
                    "no-epoch-check-by-the-follower",
                    "replica/PartitionRole.java",
                    "what an earlier leader has sent is taken, whatever this broker is by then",
                    "if (!(role instanceof Role.Follower follower && follower.leaderEpoch() == leaderEpoch)) {",
                    "if (role instanceof Role.Deleted) {"),
            new Mutant(
                    "keep-the-dead",
                    "replica/Election.java",
                    "who claims keeps those who are gone in the set",
                    "isClean ? now.isr().stream().filter(facts.isAlive()).toList() : List.of(broker)",
                    "isClean ? now.isr() : List.of(broker)"),
            new Mutant(
                    "no-fence-on-append",
                    "replica/PartitionRole.java",
                    "a leader that hands over goes on taking records",
                    "if (leader.leaving().isPresent()) {",
                    "if (leader.leaving().isEmpty() && leader.leaving().isPresent()) {"),
            new Mutant(
                    "rejoin-too-early",
                    "replica/InSync.java",
                    "a follower comes back into the set before it has caught up",
                    "its.offset >= highWatermark && its.offset >= epochStart",
                    "its.offset >= 0"),
            new Mutant(
                    "hand-over-without-waiting",
                    "replica/HandOver.java",
                    "a leader hands over before the heir has everything",
                    "return has.isPresent() && has.getAsLong() >= partition.log().endOffset();",
                    "return true;"),
            new Mutant(
                    "trust-after-unclean-stop",
                    "replica/Leadership.java",
                    "a broker that was stopped uncleanly is relied on at once",
                    "this.mayLackRecords = around.logs().mayLackRecords() || local.areIncomplete(cluster.view());",
                    "this.mayLackRecords = false;"));

    /** Whether the source is still as the mutant expects it. */
    boolean fits() {
        String source = source();
        return source.indexOf(from) >= 0 && source.indexOf(from) == source.lastIndexOf(from);
    }

    private Path path() {
        return Path.of("src/main/java/io/millrace/broker").resolve(file);
    }

    private String source() {
        try {
            return Files.readString(path());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs seeds with the bug until one fails. Empty if none does. */
    Optional<String> hunt(Path scratch, long first, long count) {
        try {
            Path sources = Files.createDirectories(scratch.resolve("src"));
            Path classes = Files.createDirectories(scratch.resolve("classes"));
            Path changed = sources.resolve(path().getFileName());
            Files.writeString(changed, source().replace(from, to));
            JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
            try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
                List<String> options = List.of(
                        "-proc:none",
                        "-nowarn",
                        "-d",
                        classes.toString(),
                        "-cp",
                        System.getProperty("java.class.path"));
                boolean compiled = compiler.getTask(null, files, null, options, null, files.getJavaFileObjects(changed))
                        .call();
                if (!compiled) {
                    throw new IllegalStateException(name + " does not compile");
                }
            }
            Object found = new Loader(classes)
                    .loadClass(MutantRun.class.getName())
                    .getMethod("hunt", long.class, long.class)
                    .invoke(null, first, count);
            return Optional.ofNullable((String) found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(name, e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** All classes of the broker anew, with those of one directory in front. */
    private static final class Loader extends ClassLoader {
        private final Path first;

        Loader(Path first) {
            super(Mutant.class.getClassLoader());
            this.first = first;
        }

        @Override
        protected Class<?> loadClass(String className, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(className)) {
                if (!className.startsWith(PACKAGE)) {
                    return super.loadClass(className, resolve);
                }
                Class<?> loaded = findLoadedClass(className);
                return loaded == null ? define(className) : loaded;
            }
        }

        private Class<?> define(String className) throws ClassNotFoundException {
            String path = className.replace('.', '/') + ".class";
            try {
                Path mutated = first.resolve(path);
                if (Files.exists(mutated)) {
                    byte[] bytes = Files.readAllBytes(mutated);
                    return defineClass(className, bytes, 0, bytes.length);
                }
                try (InputStream in = getResourceAsStream(path)) {
                    if (in == null) {
                        throw new ClassNotFoundException(className);
                    }
                    byte[] bytes = in.readAllBytes();
                    return defineClass(className, bytes, 0, bytes.length);
                }
            } catch (IOException e) {
                throw new ClassNotFoundException(className, e);
            }
        }
    }
}
