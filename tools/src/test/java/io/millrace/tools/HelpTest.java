package io.millrace.tools;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code --help} says, of every verb. */
final class HelpTest {
    @TempDir
    private Path home;

    @Test
    void everyVerbHasOneLineAndEveryCommandAnExample() {
        List<String> without = new ArrayList<>();
        check(Examples.tree(), without);
        assertEquals(List.of(), without);
    }

    /** CommandIT runs those of Examples, StreamIT those of its own; MirrorIT and the broker's tests know theirs. */
    @Test
    void everyExampleIsRunBySomeTest() {
        Set<String> run = new HashSet<>(io.millrace.tools.stream.Examples.all());
        Examples.all(CommandIT.ELSEWHERE).forEach(example -> run.add("millrace " + example));
        List<String> left = Examples.all(Set.of("start", "VERB", "mirror")).stream()
                .map(example -> "millrace " + example.replace("%%", "%"))
                .filter(example -> run.stream().noneMatch(one -> one.contains(example)))
                .toList();
        assertEquals(List.of(), left);
    }

    private static void check(CommandLine command, List<String> without) {
        var usage = command.getCommandSpec().usageMessage();
        boolean leaf = command.getSubcommands().isEmpty();
        boolean server = command.getCommandSpec().userObject() instanceof CommandTree.PassesAll;
        if (usage.description().length != 1) {
            without.add(command.getCommandName() + " has no description");
        }
        if (leaf
                && !server
                && !usage.hidden()
                && !String.join("\n", usage.footer()).contains("Examples:\n  millrace")) {
            without.add(command.getCommandName() + " has no example");
        }
        command.getSubcommands().values().forEach(sub -> check(sub, without));
    }

    @Test
    void theRootListsEveryVerb() {
        Prompt.Result help = Prompt.in(home).run("--help");
        assertEquals(0, help.code());
        for (String verb : Verbs.ALL) {
            assertTrue(help.out().lines().anyMatch(line -> line.startsWith("  " + verb + " ")), verb);
        }
        assertEquals(2, Prompt.in(home).run("topic").code());
    }

    @Test
    void wrongWordsEndWithTwoAndOneLine() {
        for (String line :
                List.of("strat", "topic", "topic lst", "topic describe", "topic list --nope", "profile use")) {
            Prompt.Result result = Prompt.in(home).run(line);
            assertEquals(2, result.code(), line);
        }
        Prompt.Result one = Prompt.in(home).run("topic lst");
        assertEquals("millrace: There is no verb 'lst'; did you mean 'list'? See 'millrace topic --help'\n", one.err());
    }

    @Test
    void profilesAreKept() {
        Prompt prompt = Prompt.in(home);
        assertEquals(0, prompt.run("profile set local bootstrap=127.0.0.1:1").code());
        assertEquals(0, prompt.run("profile set prod bootstrap=127.0.0.1:2").code());
        assertEquals(0, prompt.run("profile use prod").code());
        assertEquals(
                "PROFILE  CURRENT  BOOTSTRAP\nlocal    -        127.0.0.1:1\nprod     *        127.0.0.1:2\n",
                prompt.run("profile list").out());
        assertEquals(
                0,
                prompt.run("profile set other bootstrap=127.0.0.1:3 sasl.password=x")
                        .code());
        assertTrue(prompt.run("profile show other").out().contains("(secret)"));
        assertEquals(1, prompt.run("profile use pord").code());
        assertTrue(prompt.run("topic list").err().contains("Cannot reach 127.0.0.1:2"));
        assertTrue(prompt.run("topic list --cluster local").err().contains("The address is from profile 'local'"));
    }
}
