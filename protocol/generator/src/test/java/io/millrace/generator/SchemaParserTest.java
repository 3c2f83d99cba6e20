package io.millrace.generator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.generator.FieldType.Primitive;
import java.util.List;
import org.junit.jupiter.api.Test;

class SchemaParserTest {

    @Test
    void anApiHasARequestAndAResponse() {
        ApiSchema api = (ApiSchema) parse("""
                # Moves things.
                api 7 Move versions 0-3 served 1-3 flexible 2+
                # a comment between
                >
                 What:string
                <
                 ErrorCode:i16
                """);
        assertEquals(7, api.key());
        assertEquals("Move", api.name());
        assertEquals(new VersionRange(1, 3), api.served());
        assertEquals("MoveRequest", api.request().name());
        assertEquals("Moves things.", api.request().summary());
        assertEquals(new VersionRange(0, 3), api.request().versions());
        assertTrue(api.request().flexible().contains(2));
        assertFalse(api.request().flexible().contains(1));
        assertEquals("What", api.request().fields().get(0).name());
        assertEquals(Primitive.I16, api.response().fields().get(0).type());
    }

    @Test
    void allVersionsAreServedUnlessSaidOtherwise() {
        ApiSchema api = (ApiSchema) parse("""
                api 7 Move versions 0-3 flexible none
                >
                <
                """);
        assertEquals(new VersionRange(0, 3), api.served());
        assertTrue(api.request().flexible().isNone());
        assertTrue(api.request().fields().isEmpty());
    }

    @Test
    void everyPrimitiveHasAName() {
        for (Primitive type : Primitive.values()) {
            assertEquals(type, field("X:" + type.notation).type());
        }
    }

    @Test
    void aFieldsWordsComeInAnyOrder() {
        Field plain = field("Topic:string");
        assertEquals("topic", plain.java());
        assertEquals(new VersionRange(0, 5), plain.versions());
        assertFalse(plain.tagged() || plain.isNullable() || plain.ignorable() || plain.classic());

        Field full = field("Rack:string?3+ =null ~ #4 2+ classic");
        assertEquals(new VersionRange(2, VersionRange.OPEN), full.versions());
        assertEquals(new VersionRange(3, VersionRange.OPEN), full.nullable());
        assertEquals("null", full.defaultText());
        assertEquals(4, full.tag());
        assertTrue(full.ignorable() && full.classic() && full.tagged() && full.isNullable());
        assertEquals(new VersionRange(0, 5), field("Rack:string?").nullable());
        assertEquals(new VersionRange(1, 1), field("Rack:i32 1").versions());
        assertEquals(new VersionRange(1, 4), field("Rack:i32 1-4").versions());
    }

    @Test
    void structsNest() {
        MessageSchema data = (MessageSchema) parse("""
                data Tree versions 0-5 flexible none
                 Topics:[]
                  Partitions:[]
                   Size:i32
                  Copies:[]i64
                 Root:{}
                  Depth:i8
                 Entries:[]
                  Key:string
                 After:bool
                """);
        assertEquals(
                List.of("Topics", "Root", "Entries", "After"),
                data.fields().stream().map(Field::name).toList());
        FieldType.Struct topic = struct(data.fields().get(0));
        assertEquals("Topic", topic.name());
        assertEquals("Partition", struct(topic.fields().get(0)).name());
        assertEquals(new FieldType.Array(Primitive.I64), topic.fields().get(1).type());
        assertEquals(
                "Root",
                assertInstanceOf(FieldType.Struct.class, data.fields().get(1).type())
                        .name());
        assertEquals("Entry", struct(data.fields().get(2)).name());
    }

    @Test
    void aSharedStructIsFoundByName() {
        MessageSchema data = (MessageSchema) parse("""
                data Both versions 0-5 flexible none
                 From:Place
                 To:[]Place
                 *Place
                  Name:string
                """);
        assertEquals(new FieldType.Shared("Place"), data.fields().get(0).type());
        assertEquals("Place", data.shared().get(0).name());
        assertEquals(1, data.shared().get(0).fields().size());
    }

    @Test
    void aFieldThatNobodyUnderstandsIsNamed() {
        for (String line : List.of(
                "Topic",
                ":string",
                "Topic:str ing",
                "Topic:strin",
                "Topic:string?x",
                "Topic:string 3-",
                "Topic:string three",
                "Topic:string #x",
                "Topic:string clasic",
                "Topic:string!")) {
            IllegalArgumentException thrown = assertThrows(IllegalArgumentException.class, () -> field(line), line);
            assertTrue(
                    line.contains("strin")
                            ? thrown.getMessage().contains("strin")
                            : thrown.getMessage().contains(line),
                    thrown::getMessage);
        }
    }

    @Test
    void namesAndTagsAreGivenOnce() {
        assertRefused("twice", " A:i8\n A:i16\n");
        assertRefused("twice", " A:i8 #1\n B:i16 #1\n");
    }

    @Test
    void indentationThatFitsNowhereIsRefused() {
        assertRefused("cannot read", " A:i8\n   B:i8\n");
        assertRefused("cannot read", "A:i8\n");
    }

    @Test
    void headsThatNobodyUnderstandsAreRefused() {
        for (String head : List.of(
                "",
                "# only a comment",
                "api Move versions 0-3 flexible none",
                "api 7 Move versions 0-3",
                "api 7 Move versions 0-3 served 0-4 flexible none\n>\n<",
                "api 7 Move versions x flexible none\n>\n<",
                "api 7 Move versions 0-3 flexible none\n<\n>",
                "api 7 Move versions 0-3 flexible none\n>",
                "api 7 Move versions 0-3 flexible none\n>\n<\n>",
                "data Tree versions 0-3",
                "date Tree versions 0-3 flexible none")) {
            assertThrows(IllegalArgumentException.class, () -> parse(head), head);
        }
    }

    private static void assertRefused(String why, String fields) {
        IllegalArgumentException thrown =
                assertThrows(IllegalArgumentException.class, () -> parse("data X versions 0-5 flexible 2+\n" + fields));
        assertTrue(thrown.getMessage().contains(why), thrown::getMessage);
    }

    private static FieldType.Struct struct(Field field) {
        return (FieldType.Struct) ((FieldType.Array) field.type()).element();
    }

    private static Field field(String line) {
        MessageSchema data = (MessageSchema) parse("data X versions 0-5 flexible 2+\n " + line + "\n");
        return data.fields().get(0);
    }

    private static Object parse(String text) {
        return SchemaParser.parse(text.lines().toList());
    }
}
