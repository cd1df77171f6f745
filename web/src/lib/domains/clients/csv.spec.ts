import { describe, expect, it } from 'vitest';
import { readCsv } from './csv.ts';

describe('a list of another system', () => {
  it('is read with its quotes, separators, line ends and byte order mark', () => {
    const text = '\uFEFFKind;Ref;Name\r\nclient;crm-1;"Kestrel; ""Cycles"""\r\n\r\nclient;crm-2;Merle\r\n';
    expect(readCsv(text).rows.map(({ kind, ref, name }) => [kind, ref, name])).toEqual([
      ['client', 'crm-1', 'Kestrel; "Cycles"'],
      ['client', 'crm-2', 'Merle'],
    ]);
  });

  it('knows each line by where it stands in the file, past empty ones and over cells of several lines', () => {
    const text = 'kind,ref,name\r\nclient,a,A\r\n\r\nclient,b,"B\nand\nCo"\nclient,c,C\n"client",d,D';
    expect(readCsv(text).rows.map(({ line, ref }) => [line, ref])).toEqual([
      [2, 'a'],
      [4, 'b'],
      [7, 'c'],
      [8, 'd'],
    ]);
  });

  it('names columns that it does not know', () => {
    expect(readCsv('kind,ref,phone\nclient,crm-1,123').unknown).toEqual(['phone']);
  });

  it.each(['', 'name,domain\na,b'])('says what is missing in %j', (text) => {
    expect(readCsv(text).problem).toMatch(/line/);
  });

  it('loses no line, not even one that is too short', () => {
    expect(readCsv('kind,ref,name\nclient\nsite,x').rows).toHaveLength(2);
  });
});
