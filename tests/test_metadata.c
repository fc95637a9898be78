#include "landscape/metadata.h"
#include "support.h"

static void set_then_get(void **state) {
    (void)state;
    struct ls_metadata metadata = {0};
    assert_null(ls_metadata_get(&metadata, "arch"));
    assert_int_equal(ls_metadata_set(&metadata, NULL, "arch", "resnet%d", 56), LS_OK);
    assert_int_equal(ls_metadata_set(&metadata, NULL, "note", "%s", ""), LS_OK);
    assert_string_equal(ls_metadata_get(&metadata, "arch"), "resnet56");
    assert_string_equal(ls_metadata_get(&metadata, "note"), "");
    assert_null(ls_metadata_get(&metadata, "arc"));
    ls_metadata_free(&metadata);
    assert_int_equal(metadata.count, 0);
    assert_null(ls_metadata_get(&metadata, "arch"));
}

static void replacing_keeps_the_place(void **state) {
    (void)state;
    struct ls_metadata metadata = {0};
    ls_metadata_set(&metadata, NULL, "first", "1");
    ls_metadata_set(&metadata, NULL, "second", "2");
    ls_metadata_set(&metadata, NULL, "first", "one");
    assert_int_equal(metadata.count, 2);
    assert_string_equal(metadata.entries[0].key, "first");
    assert_string_equal(metadata.entries[0].value, "one");
    assert_string_equal(metadata.entries[1].value, "2");
    ls_metadata_free(&metadata);
}

static void removing_leaves_the_others(void **state) {
    (void)state;
    struct ls_metadata metadata = {0};
    for (int i = 0; i < 3; i++)
        ls_metadata_set(&metadata, NULL, text("key%d", i), "%d", i);
    ls_metadata_remove(&metadata, "key1");
    ls_metadata_remove(&metadata, "key1");
    assert_int_equal(metadata.count, 2);
    assert_null(ls_metadata_get(&metadata, "key1"));
    assert_string_equal(metadata.entries[0].value, "0");
    assert_string_equal(metadata.entries[1].value, "2");
    ls_metadata_free(&metadata);
}

static void a_value_may_build_on_the_old_one(void **state) {
    (void)state;
    struct ls_metadata metadata = {0};
    ls_metadata_set(&metadata, NULL, "history", "a");
    ls_metadata_set(&metadata, NULL, "history", "%s,b", ls_metadata_get(&metadata, "history"));
    assert_string_equal(ls_metadata_get(&metadata, "history"), "a,b");
    ls_metadata_free(&metadata);
}

static void many_and_long_entries(void **state) {
    (void)state;
    struct ls_metadata metadata = {0};
    for (int i = 0; i < 1000; i++)
        assert_int_equal(ls_metadata_set(&metadata, NULL, text("key%d", i), "%0*d", i + 1, i),
                         LS_OK);
    assert_int_equal(metadata.count, 1000);
    for (int i = 0; i < 1000; i++) {
        assert_string_equal(metadata.entries[i].key, text("key%d", i));
        assert_int_equal(strlen(metadata.entries[i].value), i + 1);
        assert_int_equal(atoi(metadata.entries[i].value), i);
    }
    ls_metadata_free(&metadata);
}

static void copies_are_deep(void **state) {
    (void)state;
    struct ls_metadata source = {0}, target = {0};
    assert_int_equal(ls_metadata_copy(&target, &source, NULL), LS_OK);
    assert_int_equal(target.count, 0);
    ls_metadata_set(&source, NULL, "seed", "1");
    ls_metadata_set(&source, NULL, "rate", "100%%");
    assert_int_equal(ls_metadata_copy(&target, &source, NULL), LS_OK);
    ls_metadata_set(&source, NULL, "seed", "2");
    ls_metadata_free(&source);
    assert_int_equal(target.count, 2);
    assert_string_equal(ls_metadata_get(&target, "seed"), "1");
    assert_string_equal(ls_metadata_get(&target, "rate"), "100%");
    ls_metadata_free(&target);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_then_get),
        cmocka_unit_test(replacing_keeps_the_place),
        cmocka_unit_test(removing_leaves_the_others),
        cmocka_unit_test(a_value_may_build_on_the_old_one),
        cmocka_unit_test(many_and_long_entries),
        cmocka_unit_test(copies_are_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
