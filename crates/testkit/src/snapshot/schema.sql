WITH own AS (SELECT oid, nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information_schema$)'),
relation AS (
    SELECT c.*, n.nspname || '.' || c.relname AS full_name FROM pg_class c JOIN own n ON n.oid = c.relnamespace)
SELECT 'schema ' || nspname, '' FROM own
UNION ALL
SELECT 'table ' || r.full_name, r.relkind::text || r.relrowsecurity::text || r.relpersistence::text || coalesce((
        SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attcollation::text,
            CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)),
            ', ' ORDER BY a.attnum)
        FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
    FROM relation r WHERE r.relkind IN ('r', 'p', 'f', 'c')
UNION ALL
SELECT 'view ' || full_name, pg_get_viewdef(oid) FROM relation WHERE relkind IN ('v', 'm')
UNION ALL
SELECT 'index ' || full_name, pg_get_indexdef(r.oid) || i.indisvalid::text
    FROM relation r JOIN pg_index i ON i.indexrelid = r.oid
UNION ALL
SELECT 'sequence ' || schemaname || '.' || sequencename,
       concat_ws(' ', data_type, start_value, min_value, max_value, increment_by, cycle::text, cache_size)
    FROM pg_sequences
UNION ALL
SELECT 'constraint ' || coalesce(r.full_name, n.nspname || '.' || t.typname) || '.' || c.conname,
       pg_get_constraintdef(c.oid) || c.convalidated::text
    FROM pg_constraint c JOIN own n ON n.oid = c.connamespace
    LEFT JOIN relation r ON r.oid = c.conrelid LEFT JOIN pg_type t ON t.oid = c.contypid
UNION ALL
SELECT 'trigger ' || r.full_name || '.' || t.tgname, pg_get_triggerdef(t.oid) || t.tgenabled::text
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE NOT t.tgisinternal
UNION ALL
-- The triggers behind foreign keys have generated names; what matters is that none is switched off.
SELECT 'internal-triggers ' || r.full_name, count(*) || string_agg(t.tgenabled::text, '' ORDER BY t.tgenabled)
    FROM pg_trigger t JOIN relation r ON r.oid = t.tgrelid WHERE t.tgisinternal GROUP BY r.full_name
UNION ALL
SELECT 'rule ' || r.full_name || '.' || w.rulename, pg_get_ruledef(w.oid)
    FROM pg_rewrite w JOIN relation r ON r.oid = w.ev_class WHERE w.rulename <> '_RETURN'
UNION ALL
SELECT 'policy ' || r.full_name || '.' || p.polname,
       concat_ws(' ', p.polcmd, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
    FROM pg_policy p JOIN relation r ON r.oid = p.polrelid
UNION ALL
SELECT 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
       coalesce(p.prosrc, '') || p.prosecdef::text || p.provolatile::text
    FROM pg_proc p JOIN own n ON n.oid = p.pronamespace
    WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
UNION ALL
SELECT 'type ' || n.nspname || '.' || t.typname,
       (SELECT string_agg(e.enumlabel, ',' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
    FROM pg_type t JOIN own n ON n.oid = t.typnamespace WHERE t.typtype = 'e'
UNION ALL
SELECT 'large-object ' || oid, md5(lo_get(oid)) FROM pg_largeobject_metadata
