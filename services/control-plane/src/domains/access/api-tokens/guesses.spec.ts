import { expect, it } from 'vitest';
import { Guesses } from './guesses.ts';

const [thief, office] = ['203.0.113.9', '198.51.100.7'];

it('bars an address that guesses, for a minute, and no other', () => {
  const guesses = new Guesses();
  const start = 1_000_000;
  for (let guess = 0; guess <= 60; guess += 1) guesses.wrong(thief, start);
  expect(() => guesses.look(thief, 'x', start + 1)).toThrow(/Too many wrong tokens/);
  expect(() => guesses.look(office, 'x', start + 1)).not.toThrow();
  expect(() => guesses.look(thief, 'x', start + 60_001)).not.toThrow();
});

it('leaves the program alone that worked from there, and whoever is wrong now and then', () => {
  const guesses = new Guesses();
  guesses.good(office, 'works');
  for (let guess = 0; guess < 60; guess += 1) guesses.wrong(office);
  expect(() => guesses.look(office, 'other')).not.toThrow();
  guesses.wrong(office);
  expect(() => guesses.look(office, 'other')).toThrow();
  expect(() => guesses.look(office, 'works')).not.toThrow();
});
