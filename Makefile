# landscape: build, test, demo, install. `make help` lists what there is.
#   BUILD=DIR       where everything made goes (default build, build-KIND with SANITIZE)
#   SANITIZE=KIND   address, undefined, thread, or several separated by commas
#   MACHINE=ARCH    what CC compiles for (default this machine's; another for a cross compiler)
#   PREFIX, DESTDIR where `make install` puts things

MAKEFLAGS += --no-builtin-rules

SANITIZE ?=
comma    := ,
KINDS    := $(subst $(comma), ,$(SANITIZE))
BUILD    ?= build$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
PREFIX   ?= /usr/local
MACHINE  ?= $(shell uname -m)
X86      := $(filter x86_64,$(MACHINE))
VERSION  := $(shell sed -n 's/^.define LS_VERSION "\(.*\)"/\1/p' include/landscape/landscape.h)
SOVERSION := 0

# The thread sanitizer understands clang's OpenMP runtime (through Archer), not gcc's.
ifeq ($(origin CC),default)
CC       := $(if $(filter thread,$(KINDS)),clang,gcc)
endif
CFLAGS   ?= -O3 -g

ifneq ($(words $(BUILD))$(filter . .. /,$(BUILD)),1)
$(error BUILD is to be a directory of its own, whose name has no spaces: '$(BUILD)' is not)
endif

WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes

# Asked when a recipe runs, not before: `make deps` may have just installed the packages.
PACKAGES := openblas hdf5 jansson libpng zlib libmd libzip cairo libprotobuf-c libjpeg
PKGCONFIG = PKG_CONFIG_PATH="$(firstword $(wildcard /usr/lib/*/openblas-openmp/pkgconfig)):$$PKG_CONFIG_PATH" pkg-config
# No contraction: a sum is the same sum on machines with and without fused multiply-add.
LS_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -fPIC -fopenmp -ffp-contract=off -fno-math-errno \
            -fno-trapping-math $(WARNINGS) -Iinclude -Isrc -I$(GENERATED) -Itests $(shell $(PKGCONFIG) --cflags $(PACKAGES)) \
            $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all)
LIBS      = $(shell $(PKGCONFIG) --libs $(PACKAGES)) -lm
COMPILE   = @mkdir -p $(@D) && echo "  CC $@" && $(CC) $(LS_CFLAGS) $(CFLAGS) $(CPPFLAGS)
LINK      = @mkdir -p $(@D) && echo "  LD $@" && $(CC) $(LS_CFLAGS) $(CFLAGS) $^ $(LDFLAGS) $(LIBS)

objects   = $(1:%.c=$(BUILD)/%.o)

# What reads the messages that an ONNX file consists of.
GENERATED := $(BUILD)/generated
MESSAGES  := $(GENERATED)/model/onnx.pb-c

# The inner loops are compiled once for each instruction set and chosen at start-up: LANES floats a
# vector, TILE vectors of sums, as many as half the registers hold. Only convolutions and their filters may
# contract multiply-adds.
ISAS        := generic $(if $(X86),avx2 avx512)
ISA_generic := -DLANES=4 -DTILE=$(if $(X86),8,16)
ISA_avx2    := -DLANES=8 -DTILE=8 -mavx2 -mfma
ISA_avx512  := -DLANES=16 -DTILE=16 -mavx512f -mavx512vl -mavx512bw -mavx512dq -mprefer-vector-width=512
ISA_avx512bf16 := $(ISA_avx512) -mavx512bf16
ELEMENTWISE := $(ISAS:%=$(BUILD)/src/kernels/elementwise-%.o)
FLOATS      := $(ISAS:%=$(BUILD)/src/kernels/activations-%-float.o)
BFLOATS     := $(foreach isa,$(ISAS) $(if $(X86),avx512bf16),$(BUILD)/src/kernels/activations-$(isa)-bfloat.o)
ISA_amx     := $(ISA_avx512bf16) -mamx-tile -mamx-bf16
CONTRACTED  := direct winograd winograd_pack winograd_grad tile_conv peak gelu layernorm softmax
CONTRACTED_OBJECTS := $(foreach file,$(CONTRACTED),$(ISAS:%=$(BUILD)/src/kernels/$(file)-%.o)) \
                      $(if $(X86),$(BUILD)/src/kernels/tile_conv-avx512bf16.o)

AMX_SOURCES := $(if $(X86),tile_amx tile_amx_grad)
AMX         := $(AMX_SOURCES:%=$(BUILD)/src/kernels/%.o)
# Once more on emulated tiles, for tests on machines without AMX.
EMULATED    := $(AMX_SOURCES:%=$(BUILD)/tests/emulated/%.o)
EMULATION   := -include tests/amx_emulation.h -Dls_tile_kernels_amx=ls_tile_kernels_emulated \
               -Dls_tile_weight_grad_amx=ls_tile_weight_grad_emulated

LIB_SOURCES  := $(filter-out src/cli/% %/elementwise.c %/activations.c $(CONTRACTED:%=src/kernels/%.c) src/kernels/tile_amx%,$(wildcard src/*/*.c))
LIB_OBJECTS  := $(call objects,$(LIB_SOURCES)) $(ELEMENTWISE) $(FLOATS) $(BFLOATS) $(CONTRACTED_OBJECTS) $(AMX) $(BUILD)/templates.o $(MESSAGES).o
CLI_OBJECTS  := $(call objects,$(wildcard src/cli/*.c))
TEST_SOURCES := $(wildcard tests/test_*.c)
TEST_OBJECTS := $(call objects,$(TEST_SOURCES))
TEST_SUPPORT := $(call objects,$(filter-out $(TEST_SOURCES),$(wildcard tests/*.c)))
SHOWN        := $(BUILD)/tests/viewer/surfaces
TEMPLATES    := $(wildcard plots/*.gp plots/viewer/*) LICENSE
LIBRARY      := $(BUILD)/liblandscape.a
SHARED       := $(BUILD)/liblandscape.so.$(VERSION)
PROGRAM      := $(BUILD)/landscape
TESTS        := $(TEST_SOURCES:tests/%.c=$(BUILD)/tests/%)
# What the kernels decide is tested with those of lesser CPUs too, under a sanitizer where it is their own memory
# that matters. The thread sanitizer learns nothing from that, nor from hundreds of short commands, which it would
# run for longer than all the rest, nor from what one thread does: it has tests of what several share.
ifeq ($(filter thread,$(KINDS)),)
KERNELS      := ops attention channelwise grouped_conv2d pointwise tiles winograd $(if $(SANITIZE),,engine mixed torch)
KERNEL_TESTS := $(foreach cpu,generic avx2 avx512,$(foreach test,$(KERNELS),$(cpu)=$(BUILD)/tests/test_$(test))) \
                avx512bf16=$(BUILD)/tests/test_tiles
CHECKED      := $(TESTS)
CLI_TESTS    := tests/cli.sh
else
THREADED     := architectures attention bench dataset engine evaluator folder hessian mixed onnx_gradient precision \
                random_networks refinement render scan scan_open segmentation tokens train trajectory
CHECKED      := $(THREADED:%=$(BUILD)/tests/test_%)
endif

.PHONY: all help deps demo experiments tests check check-viewer bench fuzz lint format install uninstall clean
.DELETE_ON_ERROR:

all: $(PROGRAM)

help:
	@echo "make                 build $(PROGRAM)"
	@echo "make deps            install the Debian packages that build, tests and demo need"
	@echo "make demo            train ResNet-56 with and without skips on embedded data, scan, draw"
	@echo "make experiments     train, scan and draw the networks of the article: DATA=cifar10:DIR (days)"
	@echo "make check           build and run the tests"
	@echo "make check-viewer    test the viewer in headless Chromium (needs nodejs and chromium)"
	@echo "make bench           measure inference, scan and training speed"
	@echo "make fuzz            fuzz the file readers for SECONDS (60) each, with clang"
	@echo "make lint            clang-format, cppcheck and shellcheck over everything"
	@echo "make format          lay the C code out with clang-format"
	@echo "make install         install to PREFIX (default /usr/local), below DESTDIR if set"
	@echo "make uninstall       remove what that installed"
	@echo "make clean           remove what was built"
	@echo "make SANITIZE=KIND   build with a sanitizer: address, undefined or thread (needs clang, libomp-dev)"

$(BUILD)/%.o: %.c
	$(COMPILE) -MMD -MP -c $< -o $@

# gcc 12 for Arm crashes when it vectorises loops over maxima, and tests need no speed.
$(TEST_OBJECTS) $(TEST_SUPPORT): LS_CFLAGS += -fno-tree-vectorize

$(ELEMENTWISE): $(BUILD)/src/kernels/elementwise-%.o: src/kernels/elementwise.c
	$(COMPILE) $(ISA_$*) -DLS_ISA=$* -MMD -MP -c $< -o $@

$(FLOATS): $(BUILD)/src/kernels/activations-%-float.o: src/kernels/activations.c
	$(COMPILE) $(ISA_$*) -DBFLOATS=0 -DLOOPS=ls_float_loops_$* -MMD -MP -c $< -o $@

$(BFLOATS): $(BUILD)/src/kernels/activations-%-bfloat.o: src/kernels/activations.c
	$(COMPILE) $(ISA_$*) -DBFLOATS=1 -DLOOPS=ls_bfloat_loops_$* -MMD -MP -c $< -o $@

define contracted_rule
$(filter $(BUILD)/src/kernels/$(1)-%.o,$(CONTRACTED_OBJECTS)): $(BUILD)/src/kernels/$(1)-%.o: src/kernels/$(1).c
	$$(COMPILE) $$(ISA_$$*) -DLS_ISA=$$* -ffp-contract=fast -MMD -MP -c $$< -o $$@
endef
$(foreach file,$(CONTRACTED),$(eval $(call contracted_rule,$(file))))

$(AMX): $(BUILD)/src/kernels/%.o: src/kernels/%.c
	$(COMPILE) $(ISA_amx) -MMD -MP -c $< -o $@

$(EMULATED): $(BUILD)/tests/emulated/%.o: src/kernels/%.c
	$(COMPILE) $(filter-out -mamx%,$(ISA_amx)) $(EMULATION) -MMD -MP -c $< -o $@

$(MESSAGES).h: src/model/onnx.proto
	@mkdir -p $(GENERATED) && echo "  GEN $@" && protoc-c --c_out=$(GENERATED) -Isrc $<

$(MESSAGES).c: $(MESSAGES).h ;

$(MESSAGES).o: $(MESSAGES).c
	$(COMPILE) -c $< -o $@

$(call objects,$(wildcard src/model/*.c) $(wildcard tests/*.c tests/fuzz/*.c)): | $(MESSAGES).h

# The templates of figures and viewer travel inside the library, so that the program needs no data files.
$(BUILD)/templates.c: $(TEMPLATES) tools/embed.sh
	@mkdir -p $(@D)
	@sh tools/embed.sh $(TEMPLATES) > $@

$(BUILD)/templates.o: $(BUILD)/templates.c
	$(COMPILE) -c $< -o $@

$(LIBRARY): $(LIB_OBJECTS)
	@echo "  AR $@" && rm -f $@ && $(AR) rcs $@ $^

$(SHARED): $(LIB_OBJECTS)
	$(LINK) -shared -Wl,-soname,liblandscape.so.$(SOVERSION) -o $@

$(PROGRAM): $(CLI_OBJECTS) $(LIBRARY)
	$(LINK) -o $@

$(TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(TEST_SUPPORT) $(EMULATED) $(LIBRARY)
	$(LINK) $$(pkg-config --libs cmocka) -o $@

# What the scripts of tools/reference look inside with.
$(BUILD)/probe: $(BUILD)/tools/probe.o $(BUILD)/tests/perturb.o $(LIBRARY)
	$(LINK) -o $@

tests: $(TESTS) $(PROGRAM)

# Archer tells the thread sanitizer what OpenMP synchronises; libraries that were not compiled for it
# (OpenBLAS, HDF5) it cannot judge. More threads than most machines have show more.
ifneq ($(filter thread,$(KINDS)),)
check: export OMP_TOOL_LIBRARIES = $(lastword $(sort $(wildcard /usr/lib/llvm-*/lib/libarcher.so)))
check: export TSAN_OPTIONS = ignore_noninstrumented_modules=1
check: export OMP_NUM_THREADS = 3
endif

# What cairo's fonts keep until the program ends is no leak of ours.
ifneq ($(filter address,$(KINDS)),)
check: export LSAN_OPTIONS = suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0
endif

check: tests
	@LANDSCAPE=$(PROGRAM) KILLS=$(or $(KILLS),3) sh tests/run.sh $(CHECKED) $(KERNEL_TESTS) $(CLI_TESTS) \
	    tests/kill.sh

# The viewer in headless Chromium, which the other tests do without.
$(SHOWN): $(BUILD)/tests/viewer/surfaces.o $(LIBRARY)
	$(LINK) -o $@

check-viewer: $(PROGRAM) $(SHOWN)
	@LANDSCAPE=$(PROGRAM) SURFACES=$(SHOWN) node tests/viewer/run.mjs

demo: $(PROGRAM)
	@LANDSCAPE=$(PROGRAM) sh tools/demo.sh

experiments: $(PROGRAM)
	@LANDSCAPE=$(PROGRAM) sh tools/experiments.sh

bench: $(PROGRAM)
	$(PROGRAM) bench --train

fuzz:
	BUILD=$(BUILD)-fuzz sh tests/fuzz/run.sh $(or $(SECONDS),60)

lint:
	sh tools/lint.sh

format:
	clang-format -i $(wildcard src/*/*.[ch] include/*/*.h tests/*.[ch] tests/fuzz/*.[ch] tests/viewer/*.c tools/*.c)

deps:
	sh tools/deps.sh

# With `make deps check -j`, nothing is compiled before the packages are there.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
$(MESSAGES).h $(LIB_OBJECTS) $(CLI_OBJECTS) $(TEST_OBJECTS) $(TEST_SUPPORT): | deps
endif

BINDIR     := $(DESTDIR)$(PREFIX)/bin
LIBDIR     := $(DESTDIR)$(PREFIX)/lib
INCLUDEDIR := $(DESTDIR)$(PREFIX)/include/landscape
MANDIR     := $(DESTDIR)$(PREFIX)/share/man/man1
PYTHONDIR  := $(DESTDIR)$(PREFIX)/share/landscape

install: $(PROGRAM) $(LIBRARY) $(SHARED)
	install -d "$(BINDIR)" "$(LIBDIR)/pkgconfig" "$(INCLUDEDIR)" "$(MANDIR)" "$(PYTHONDIR)"
	install -m 755 $(PROGRAM) "$(BINDIR)/"
	install -m 644 $(LIBRARY) "$(LIBDIR)/"
	install -m 755 $(SHARED) "$(LIBDIR)/"
	ln -sf liblandscape.so.$(VERSION) "$(LIBDIR)/liblandscape.so.$(SOVERSION)"
	ln -sf liblandscape.so.$(SOVERSION) "$(LIBDIR)/liblandscape.so"
	install -m 644 include/landscape/*.h "$(INCLUDEDIR)/"
	sed 's|@PREFIX@|$(PREFIX)|; s|@VERSION@|$(VERSION)|; s|@PACKAGES@|$(PACKAGES)|' \
	    tools/landscape.pc.in > "$(LIBDIR)/pkgconfig/landscape.pc"
	install -m 644 docs/landscape.1 "$(MANDIR)/"
	install -m 644 tools/evaluator/landscape_evaluator.py "$(PYTHONDIR)/"
	@[ -n "$(DESTDIR)" ] || [ "$$(id -u)" -ne 0 ] || ldconfig

uninstall:
	rm -f "$(BINDIR)/landscape" "$(LIBDIR)"/liblandscape.* "$(LIBDIR)/pkgconfig/landscape.pc" "$(MANDIR)/landscape.1"
	rm -rf "$(INCLUDEDIR)" "$(PYTHONDIR)"

# What is beside a directory of the user's is the user's.
clean:
	rm -rf $(BUILD) $(if $(filter build,$(BUILD)),build-*)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
