;; The component around a heap image and the engine. Its types repeat
;; wit/sandbox.wit; the host's bindings are checked against them when an engine
;; is made, so the two cannot drift apart.
(component
  (type $level-type (enum "debug" "info" "log" "warn" "error" "uncaught"))
  (import "level" (type $level (eq $level-type)))
  (type $mapping-type (record
    (field "generated-line" u32) (field "generated-column" u32)
    (field "line" u32) (field "column" u32)))
  (import "mapping" (type $mapping (eq $mapping-type)))
  (type $script-type (record (field "code" string) (field "mappings" (list $mapping))))
  (import "script" (type $script (eq $script-type)))
  (type $body-type (variant
    (case "javascript" $script) (case "commonjs" string) (case "undeclared" string)
    (case "json" string) (case "text" string) (case "data" (list u8))))
  (import "module-body" (type $body (eq $body-type)))
  (type $module-type (record (field "name" string) (field "body" $body)))
  (import "module" (type $module (eq $module-type)))
  (type $source-error-type (variant (case "not-found") (case "invalid" string)))
  (import "source-error" (type $source-error (eq $source-error-type)))
  (type $importer-type (record (field "name" string) (field "requires" bool)))
  (import "importer" (type $importer (eq $importer-type)))
  (type $jsx-type (enum "transform" "automatic" "preserve"))
  (import "jsx" (type $jsx (eq $jsx-type)))
  (type $link-request-type (record
    (field "files" (list (tuple string string))) (field "entry" string)
    (field "externals" (list string)) (field "conditions" (option (list string)))
    (field "define" (list (tuple string string))) (field "minify" bool)
    (field "jsx" (option $jsx)) (field "jsx-import-source" (option string))
    (field "loaders" (list (tuple string string)))
    (field "virtual-modules" (list (tuple string string)))))
  (import "link-request" (type $link-request (eq $link-request-type)))
  (type $linked-type (record
    (field "main" string) (field "modules" (list $module)) (field "warnings" (list string))))
  (import "linked" (type $linked (eq $linked-type)))
  (type $capability-type (variant
    (case "imported" u32) (case "loader" u32) (case "service" u32) (case "exported" u32)
    (case "borrowed" u32) (case "promised" u32) (case "promised-answer" u32)
    (case "awaitable" u32) (case "recorded" u32)))
  (import "capability" (type $capability (eq $capability-type)))
  (type $message-type (record
    (field "data" (list u8)) (field "capabilities" (list $capability))))
  (import "message" (type $message (eq $message-type)))
  (type $load-type (record
    (field "invocation" u32) (field "seed" u64) (field "stack-bytes" u32)
    (field "dynamic-code" bool) (field "transfers-stubs" bool) (field "maps-promises" bool)
    (field "keeps-urls" bool) (field "node-globals" bool)
    (field "watched" bool) (field "time-zone" (option string)) (field "max-code-bytes" u64)
    (field "main" string) (field "env" $message)))
  (import "load" (type $load (eq $load-type)))
  (type $entrypoint-type (record
    (field "name" (option string)) (field "props" (option $message))))
  (import "entrypoint" (type $entrypoint (eq $entrypoint-type)))
  (type $receiver-type (variant (case "entrypoint" $entrypoint) (case "exported" u32)))
  (import "receiver" (type $receiver (eq $receiver-type)))
  (type $invoke-type (record
    (field "invocation" u32) (field "receiver" $receiver) (field "path" (list string))
    (field "arguments" (option $message)) (field "to-host" bool)
    (field "reseed" (option u64))))
  (import "invoke" (type $invoke (eq $invoke-type)))
  (type $settled-type (record
    (field "call" u32) (field "result" (result $message (error $message)))))
  (import "settled" (type $settled (eq $settled-type)))
  (type $event-type (variant
    (case "load" $load) (case "invoke" $invoke)
    (case "settled" $settled) (case "alarm") (case "cancel" u32)
    (case "kept" u32) (case "released" u32)))
  (import "event" (type $event (eq $event-type)))
  (type $step-type (record
    (field "target" $capability) (field "path" (list string))
    (field "arguments" (option $message)) (field "callback" (option u32))))
  (import "step" (type $step (eq $step-type)))
  (type $mapper-type (record (field "steps" (list $step)) (field "result" $message)))
  (import "mapper" (type $mapper (eq $mapper-type)))
  (type $call-type (record
    (field "id" u32) (field "invocation" u32) (field "target" $capability)
    (field "path" (list string)) (field "arguments" (option $message))
    (field "awaited" bool) (field "mapper" (option $mapper))))
  (import "call" (type $call (eq $call-type)))
  (type $settlement-type (record
    (field "invocation" u32) (field "result" (result $message (error $message)))
    (field "waiting" bool)))
  (import "settlement" (type $settlement (eq $settlement-type)))
  (type $effect-type (variant
    (case "loaded") (case "load-failed" $message) (case "load-threw" $message)
    (case "call" $call) (case "settle" $settlement) (case "waited" u32)
    (case "release" $capability)))
  (import "effect" (type $effect (eq $effect-type)))
  (type $alarm-type (record (field "due" float64) (field "invocation" u32)))
  (import "alarm" (type $alarm (eq $alarm-type)))
  (type $outcome-type (record (field "effects" (list $effect)) (field "alarm" (option $alarm))))
  (import "outcome" (type $outcome (eq $outcome-type)))

  (import "log" (func $log (param "invocation" u32) (param "level" $level) (param "text" string)
    (param "arguments" (option (list u8)))))
  (import "abort" (func $abort (param "reason" (option string))))
  (import "source" (func $source (param "specifier" string) (param "importer" (option $importer))
    (result (result $module (error $source-error)))))
  (import "link" (func $link (param "request" $link-request)
    (result (result $linked (error string)))))
  (import "data" (func $data (param "name" string) (result (option (list u8)))))

  (import "image" (core module $image (export "memory" (memory PAGES))))
  (import "engine" (core module $engine
    (import "env" "memory" (memory PAGES))
ENGINE))

  ;; `realloc` lets `source`, `link` and `data` be lowered before there is an engine to allocate;
  ;; `write`, `seek` and `grow` put the pages of a suspended sandbox back.
  (core module $shim
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (import "env" "memory" (memory PAGES))
    (table (export "table") 1 1 funcref)
    (global $to (mut i32) (i32.const 0))
    (func (export "realloc") (type $realloc)
      (call_indirect (type $realloc)
        (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 0)))
    (func (export "seek") (param i32) (global.set $to (local.get 0)))
    (func (export "target") (type $realloc) (global.get $to))
    (func (export "write") (param i32 i32))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))
  (core module $fixup
    (type $realloc (func (param i32 i32 i32 i32) (result i32)))
    (import "shim" "table" (table 1 1 funcref))
    (import "engine" "cabi_realloc" (func $realloc (type $realloc)))
    (elem (i32.const 0) func $realloc))

  (core instance $img (instantiate $image))
  (alias core export $img "memory" (core memory $memory))
  (core instance $env (export "memory" (memory $memory)))
  (core instance $sh (instantiate $shim (with "env" (instance $env))))
  (alias core export $sh "realloc" (core func $realloc))
  (core func $log-lowered (canon lower (func $log) (memory $memory)))
  (core func $abort-lowered (canon lower (func $abort) (memory $memory)))
  (core func $source-lowered (canon lower (func $source) (memory $memory) (realloc $realloc)))
  (core func $link-lowered (canon lower (func $link) (memory $memory) (realloc $realloc)))
  (core func $data-lowered (canon lower (func $data) (memory $memory) (realloc $realloc)))
  (core instance $root
    (export "log" (func $log-lowered)) (export "abort" (func $abort-lowered))
    (export "source" (func $source-lowered)) (export "link" (func $link-lowered))
    (export "data" (func $data-lowered)))
  (core instance $eng (instantiate $engine
    (with "env" (instance $env)) (with "$root" (instance $root))))
  (core instance $fix (instantiate $fixup
    (with "shim" (instance $sh)) (with "engine" (instance $eng))))

  (func $turn (param "now" float64) (param "event" $event) (result $outcome)
    (canon lift (core func $eng "turn") (memory $memory)
      (realloc (core func $eng "cabi_realloc"))
      (post-return (core func $eng "cabi_post_turn"))))
  (export "turn" (func $turn))
  (func $dump (result (list u8)) (canon lift (core func $eng "dump") (memory $memory)))
  (export "dump" (func $dump))
  (func $grow (param "pages" u32) (result s32) (canon lift (core func $sh "grow")))
  (export "grow" (func $grow))
  (func $seek (param "to" u32) (canon lift (core func $sh "seek")))
  (export "seek" (func $seek))
  (func $write (param "bytes" (list u8)) (canon lift (core func $sh "write")
    (memory $memory) (realloc (core func $sh "target"))))
  (export "write" (func $write)))
