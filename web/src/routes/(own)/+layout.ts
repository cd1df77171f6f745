export { needSession as load } from '#lib/domains/access/need-session.ts';
