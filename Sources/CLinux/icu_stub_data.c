// Foundation links 30 MB of ICU locale data only because ICU refers to one symbol, `icudt76_dat` in Swift 6.3. ICU's build
// knows the notion of stub data: a common-data header (unicode/udata.h, ucmndata.h) whose table of contents is empty.
// Defined here, the symbol keeps the real data out of a static executable, which formats no dates and sorts no text by
// locale.
//
// Hidden, because a dynamic (debug) executable would otherwise put it in the place of the shared library's own data.
// The number belongs to the toolchain's ICU. With one that is not in the list below the data silently comes back: the test
// `everyToolchainsDataHasItsStub` names the symbol that is wanted.
#include <stdint.h>

struct icu_common_data {
    uint16_t header_size;
    uint8_t magic[2];
    // UDataInfo
    uint16_t info_size;
    uint16_t reserved_word;
    uint8_t is_big_endian;
    uint8_t charset_family;
    uint8_t size_of_uchar;
    uint8_t reserved_byte;
    uint8_t data_format[4];
    uint8_t format_version[4];
    uint8_t data_version[4];
    uint8_t padding[8];
    // The table of contents: how many items there are, and none.
    uint32_t count;
    uint32_t reserved[5];
};

static const struct icu_common_data stub __attribute__((used, aligned(16))) = {
    .header_size = 32,
    .magic = {0xda, 0x27},
    .info_size = 20,
    .is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
    .size_of_uchar = 2,
    .data_format = {'C', 'm', 'n', 'D'},
    .format_version = {1, 0, 0, 0},
};

#define STUB(symbol) \
    extern const struct icu_common_data symbol __attribute__((visibility("hidden"), alias("stub")))

STUB(icudt74_dat); // Swift 6.2
STUB(icudt76_dat); // Swift 6.3
