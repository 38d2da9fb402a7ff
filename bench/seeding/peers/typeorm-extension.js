// typeorm-extension's factories, which save a row at a time.
require('reflect-metadata');
const { setSeederFactory, useSeederFactory } = require('typeorm-extension');
const { setDataSource } = require('typeorm-extension');
const { Author, Decision, Post } = require('../../../src/entities');
const { default: dataSource } = require('../../../ormconfig');
const { fakeAuthor, fakeDecision, fakePost } = require('./fake-rows');

const [authors, posts, decisions] = process.argv.slice(2).map(Number);

dataSource.initialize().then(async () => {
  setDataSource(dataSource);
  const fill = (entity, count, make) => {
    let row = 0;
    setSeederFactory(entity, () => Object.assign(new entity(), make(row++)));
    return useSeederFactory(entity).saveMany(count);
  };
  const savedAuthors = await fill(Author, authors, fakeAuthor);
  const savedPosts = await fill(Post, posts, (row) => ({
    ...fakePost(),
    authorId: savedAuthors[row % authors].id,
  }));
  await fill(Decision, decisions, (row) => ({ ...fakeDecision(), postId: savedPosts[row % posts].id }));
  await dataSource.destroy();
});
